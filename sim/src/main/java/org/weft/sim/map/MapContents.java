package org.weft.sim.map;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;

/**
 * What a map held at one time. Values that are all zero are left out of array maps.
 *
 * @param definition the map
 * @param entries by key, ordered by unsigned bytes
 * @param evicted whether an entry was, or may have been, thrown out to make room, so that the rest
 *     depends on the engine
 * @param refused whether a hardware table refused an entry that Linux would have taken
 */
public record MapContents(
    MapDefinition definition, SortedMap<Bytes, Value> entries, boolean evicted, boolean refused) {
  /** Contents of a map that has taken all that it had to. */
  public MapContents(MapDefinition definition, SortedMap<Bytes, Value> entries, boolean evicted) {
    this(definition, entries, evicted, false);
  }

  /**
   * A value.
   *
   * @param bytes one for the map, or one per CPU; empty for a reference
   * @param reference name of the inner map or program; null for bytes
   */
  public record Value(List<Bytes> bytes, String reference) {
    public Value {
      bytes = List.copyOf(bytes);
    }
  }

  /** An empty, ordered table of entries. */
  public static SortedMap<Bytes, Value> newEntries() {
    return new TreeMap<>((a, b) -> Arrays.compareUnsigned(a.toArray(), b.toArray()));
  }
}
