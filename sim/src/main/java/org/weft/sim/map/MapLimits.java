package org.weft.sim.map;

import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** What Linux asks of a map's definition ({@code map_alloc_check}), and what fits memory here. */
public final class MapLimits {
  private static final long MAX_BYTES = 1L << 30;
  private static final long MAX_ENTRIES = 1L << 26;
  private static final long MAX_KEY_BYTES = 512;
  private static final int NO_PREALLOC = MapDefinition.NO_PREALLOC;

  private MapLimits() {}

  /** The definition with what libbpf fills in: perf event arrays have an entry per CPU. */
  public static MapDefinition withDefaults(MapDefinition map, int cpus) {
    if (map.type() != MapType.PERF_EVENT_ARRAY || map.maxEntries() != 0) {
      return map;
    }
    return MapDefinition.of(
        map.name(), map.type(), map.keySize(), map.valueSize(), cpus, map.flags());
  }

  /** Why a map cannot be made, or null. */
  static String reason(MapDefinition map, int cpus) {
    try {
      check(map, cpus);
      return null;
    } catch (InputException e) {
      return e.getMessage();
    }
  }

  private static void check(MapDefinition given, int cpus) {
    MapDefinition map = withDefaults(given, cpus);
    long key = map.keySize();
    long value = map.valueSize();
    switch (map.type()) {
      case ARRAY, PERCPU_ARRAY -> {
        require(map, key == 4, "key size " + key + "; arrays have 4");
        require(map, value > 0, "value size 0");
      }
      case PROG_ARRAY, PERF_EVENT_ARRAY, ARRAY_OF_MAPS, XSKMAP ->
          require(map, key == 4 && value == 4, "key and value size must be 4");
      case DEVMAP, CPUMAP ->
          require(
              map, key == 4 && (value == 4 || value == 8), "key size must be 4, value size 4 or 8");
      case DEVMAP_HASH ->
          require(
              map, key == 4 && (value == 4 || value == 8), "key size must be 4, value size 4 or 8");
      case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH ->
          require(map, key > 0 && value > 0, "key or value size is 0");
      case HASH_OF_MAPS -> require(map, key > 0 && value == 4, "value size must be 4");
      case LPM_TRIE -> {
        require(map, key >= 5 && key <= 260, "key size " + key + "; tries have 5 to 260");
        require(map, value > 0, "value size 0");
        require(map, (map.flags() & NO_PREALLOC) != 0, "map_flags lack BPF_F_NO_PREALLOC");
      }
      default ->
          throw new InputException(
              "map " + map.name() + ": type " + map.type().label() + " is not supported");
    }
    require(map, map.maxEntries() > 0, "max_entries is 0 or absent; say how many entries it has");
    require(map, key <= MAX_KEY_BYTES, "key size " + key + "; at most " + MAX_KEY_BYTES);
    require(
        map,
        map.maxEntries() <= MAX_ENTRIES,
        "max_entries " + map.maxEntries() + "; at most " + MAX_ENTRIES);
    long stride = (value + 7) / 8 * 8 * (map.type().isPerCpu() ? cpus : 1);
    require(
        map,
        value <= MAX_BYTES && (stride + key) * map.maxEntries() <= MAX_BYTES,
        "it takes "
            + (stride + key) * map.maxEntries()
            + " bytes when full; at most "
            + MAX_BYTES
            + " are held");
    require(
        map,
        map.data().length() <= value,
        "initial data of " + map.data().length() + " bytes for a value of " + value);
  }

  static void checkInner(MapDefinition outer, MapDefinition map) {
    MapDefinition like = outer.inner();
    boolean fits =
        like == null
            || like.type() == map.type()
                && like.keySize() == map.keySize()
                && like.valueSize() == map.valueSize();
    if (!fits) {
      throw new InputException(
          "map "
              + outer.name()
              + ": "
              + map.name()
              + " is not like its inner maps ("
              + like.type().label()
              + ", key "
              + like.keySize()
              + ", value "
              + like.valueSize()
              + ")");
    }
    if (map.type().isMapOfMaps() || map.type() == MapType.PROG_ARRAY) {
      throw new InputException(
          "map " + outer.name() + ": " + map.name() + " cannot be an inner map");
    }
  }

  private static void require(MapDefinition map, boolean condition, String cause) {
    if (!condition) {
      throw new InputException("map " + map.name() + " (" + map.type().label() + "): " + cause);
    }
  }
}
