package org.weft.sim.validate;

import org.weft.isa.InputException;
import org.weft.sim.map.MapTable;

/**
 * An entry that a map holds before the program runs.
 *
 * @param map index of the map; inner maps stand behind those of the object in the order in which
 *     the entries make them
 * @param key bytes of the key
 * @param value bytes of the value, the same on every CPU; empty for a reference
 * @param target name of a program or inner map; null for bytes
 */
record MapEntry(int map, byte[] key, byte[] value, String target) {
  static MapEntry ofBytes(int map, byte[] key, byte[] value) {
    return new MapEntry(map, key, value, null);
  }

  static MapEntry ofTarget(int map, byte[] key, String target) {
    return new MapEntry(map, key, new byte[0], target);
  }

  MapEntry copy() {
    return new MapEntry(map, key.clone(), value.clone(), target);
  }

  /** Puts the entry into a map; false when the map takes no such entry. */
  boolean put(MapTable maps) {
    if (map >= maps.size()) {
      return false;
    }
    try {
      if (target == null) {
        maps.put(map, key, value);
      } else {
        maps.putReference(map, key, target);
      }
      return true;
    } catch (InputException e) {
      return false;
    }
  }
}
