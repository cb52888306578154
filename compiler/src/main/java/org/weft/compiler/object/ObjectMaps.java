package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.isa.xdp.MapDefinition;

/** The maps of an object as they are found, and where symbols find them. */
final class ObjectMaps {
  /** The most maps that an object may define; Linux lets a program use 64. */
  static final int MOST = 1024;

  /**
   * A byte of a section.
   *
   * @param section number of the section
   * @param offset from its beginning
   */
  record Place(int section, long offset) {}

  private final List<MapDefinition> definitions = new ArrayList<>();
  private final Map<Place, Integer> byPlace = new HashMap<>();
  private final Map<Integer, Integer> dataBySection = new HashMap<>();
  private final Set<Integer> mapSections = new HashSet<>();

  /** Adds a map that a symbol defines. */
  void add(MapDefinition definition, Place place) {
    byPlace.put(place, definitions.size());
    definitions.add(definition);
  }

  /** Adds the map that holds a data section. */
  void addData(MapDefinition definition, int section) {
    dataBySection.put(section, definitions.size());
    definitions.add(definition);
  }

  /** Adds a map that nothing in the file is the place of; gives its index. */
  int addHidden(MapDefinition definition) {
    definitions.add(definition);
    return definitions.size() - 1;
  }

  /** Marks a section as one that defines maps. */
  void addMapSection(int section) {
    mapSections.add(section);
  }

  List<MapDefinition> definitions() {
    return definitions;
  }

  /** Whether a section defines maps. */
  boolean isMapSection(int section) {
    return mapSections.contains(section);
  }

  /** Index of the map that begins at a place, or -1. */
  int at(int section, long offset) {
    return byPlace.getOrDefault(new Place(section, offset), -1);
  }

  /** Index of the map that holds a data section, or -1. */
  int dataOf(int section) {
    return dataBySection.getOrDefault(section, -1);
  }
}
