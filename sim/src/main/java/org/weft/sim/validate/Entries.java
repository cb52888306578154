package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapTable;

/** Makes entries that maps take. */
final class Entries {
  /** Larger values are left alone: no search would find its way in them. */
  private static final int MAX_VALUE_BYTES = 4096;

  private static final int STYLES = 4;
  private static final String INNER = "inner";
  private static final int MAX_IFINDEX = 8;

  private final MapTable maps;
  private final List<String> programs;
  private final SplittableRandom random;

  /**
   * Entries for the maps of an object.
   *
   * @param programs names that program arrays may hold
   */
  Entries(MapTable maps, List<String> programs, SplittableRandom random) {
    this.maps = maps;
    this.programs = List.copyOf(programs);
    this.random = random;
  }

  /** Whether user space may change the contents: not what was frozen when it was loaded. */
  boolean isChangeable(int map) {
    if (map < 0 || map >= maps.size()) {
      return false;
    }
    MapDefinition definition = maps.definitions().get(map);
    return !definition.isReadOnlyData() && maps.map(map).valueBytes() <= MAX_VALUE_BYTES;
  }

  /** Whether a map is an array of values, in which every key has one. */
  boolean isArray(int map) {
    MapType type = maps.definitions().get(map).type();
    return type == MapType.ARRAY || type == MapType.PERCPU_ARRAY;
  }

  /** The entry that an array or global data has, if the object says nothing else. */
  MapEntry initial(int map, byte[] key) {
    MapDefinition definition = maps.definitions().get(map);
    byte[] data = definition.data().toArray();
    return MapEntry.ofBytes(map, key, Arrays.copyOf(data, maps.map(map).valueBytes()));
  }

  /** Entries for a key, of different kinds; those that the map does not take do no harm. */
  List<MapEntry> some(int map, byte[] key) {
    List<MapEntry> some = new ArrayList<>();
    MapType type = maps.definitions().get(map).type();
    if (type == MapType.PROG_ARRAY) {
      for (String program : programs) {
        some.add(MapEntry.ofTarget(map, key, program));
      }
    } else if (type.isMapOfMaps()) {
      some.add(MapEntry.ofTarget(map, key, INNER + map));
    } else {
      for (int style = 0; style < STYLES; style++) {
        some.add(MapEntry.ofBytes(map, key, value(map, type, style)));
      }
    }
    return some;
  }

  /** One entry for a key, of any kind. */
  MapEntry any(int map, byte[] key) {
    List<MapEntry> some = some(map, key);
    return some.get(random.nextInt(some.size()));
  }

  private byte[] value(int map, MapType type, int style) {
    byte[] value = new byte[maps.map(map).valueBytes()];
    if (type.isRedirectTarget() || type == MapType.PERF_EVENT_ARRAY) {
      value[0] = (byte) (1 + (style == 0 ? 0 : random.nextInt(MAX_IFINDEX)));
      return value;
    }
    switch (style) {
      case 0 -> {
        // All zeros.
      }
      case 1 -> {
        for (int i = 0; i < value.length; i += 4) {
          value[i] = 1;
        }
      }
      case 2 -> Arrays.fill(value, (byte) 0xff);
      default -> random.nextBytes(value);
    }
    return value;
  }
}
