package org.weft.compiler.object;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.isa.xdp.MapDefinition;

/** The maps found so far, and where in the file they stand. */
final class LoadedMaps {
  private record Place(int section, long offset) {}

  private final List<MapDefinition> maps = new ArrayList<>();
  private final Map<Place, Integer> places = new HashMap<>();
  private final Map<Integer, Integer> dataSections = new HashMap<>();

  void add(MapDefinition map, int section, long offset) {
    places.put(new Place(section, offset), maps.size());
    maps.add(map);
  }

  void addData(MapDefinition map, int section) {
    dataSections.put(section, maps.size());
    maps.add(map);
  }

  List<MapDefinition> maps() {
    return maps;
  }

  void replace(int index, MapDefinition map) {
    maps.set(index, map);
  }

  /** The map that is defined there, or -1. */
  int at(int section, long offset) {
    return places.getOrDefault(new Place(section, offset), -1);
  }

  /** The map that holds a data section, or -1. */
  int ofData(int section) {
    return dataSections.getOrDefault(section, -1);
  }
}
