package org.weft.sim.map;

import java.util.List;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;

/** The maps of one engine, as user space sees them. Maps are named by index. */
public interface MapStore {
  /** The definitions, in the object's order; maps that were made later stand behind. */
  List<MapDefinition> definitions();

  /**
   * Sets one entry, for every CPU alike.
   *
   * @throws InputException when key or value has the wrong size or the map takes no such entry
   */
  void put(int map, byte[] key, byte[] value);

  /**
   * Sets an entry of a map of maps or program array.
   *
   * @param target name of a program, or of a map; for a map of maps a name that no map has makes a
   *     new inner map of that name
   * @return the index of the inner map, or -1 for a program
   * @throws InputException when there is no such program or the inner map does not fit
   */
  int putReference(int map, byte[] key, String target);

  /** What the map holds now, by ascending key bytes. */
  MapContents contents(int map);
}
