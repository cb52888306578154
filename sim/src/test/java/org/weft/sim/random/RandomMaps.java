package org.weft.sim.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapStore;

/** The maps of a random object, made when a program first wants one of their type. */
final class RandomMaps {
  /** Types that programs look up, update and delete in. */
  static final List<MapType> OF_VALUES =
      List.of(
          MapType.ARRAY,
          MapType.HASH,
          MapType.PERCPU_ARRAY,
          MapType.PERCPU_HASH,
          MapType.LRU_HASH,
          MapType.LRU_PERCPU_HASH,
          MapType.LPM_TRIE);

  /** Types that programs redirect through. */
  static final List<MapType> OF_TARGETS =
      List.of(MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP, MapType.XSKMAP);

  static final int READ_ONLY_BYTES = 64;

  /** Far more than keys, so that nothing is evicted. */
  private static final int LRU_ENTRIES = 1024;

  private static final int MOST_OF_A_TYPE = 2;

  private final Random random;
  private final List<MapDefinition> definitions = new ArrayList<>();

  RandomMaps(Random random) {
    this.random = random;
  }

  List<MapDefinition> definitions() {
    return definitions;
  }

  MapDefinition definition(int map) {
    return definitions.get(map);
  }

  /** The map that a program's results go into. */
  int results(int bytes) {
    return named("results", MapDefinition.of("results", MapType.ARRAY, 4, bytes, 1, 0));
  }

  /** Data that never change. */
  int readOnlyData() {
    byte[] bytes = new byte[READ_ONLY_BYTES];
    new Random(READ_ONLY_BYTES).nextBytes(bytes);
    return named(
        ".rodata",
        new MapDefinition(
            ".rodata",
            MapType.ARRAY,
            4,
            READ_ONLY_BYTES,
            1,
            MapDefinition.RDONLY_PROG,
            null,
            Bytes.of(bytes),
            List.of()));
  }

  /** The array of programs, with one entry. */
  int programs(String target) {
    return named(
        "programs",
        new MapDefinition(
            "programs",
            MapType.PROG_ARRAY,
            4,
            4,
            3,
            0,
            null,
            Bytes.EMPTY,
            List.of(new MapDefinition.Reference(1, target))));
  }

  int events() {
    return named("events", MapDefinition.of("events", MapType.PERF_EVENT_ARRAY, 4, 4, 2, 0));
  }

  /** A map of maps, of which some entries are there: arrays of 16 or hash tables of 8 bytes. */
  int ofMaps(MapType type) {
    boolean arrays = random.nextBoolean();
    String kind = arrays ? "array" : "hash";
    String name = type.label() + "_of_" + kind;
    MapDefinition inner =
        arrays
            ? MapDefinition.of("inner_array", MapType.ARRAY, 4, 16, 4, 0)
            : MapDefinition.of("inner_hash", MapType.HASH, 6, 8, 8, 0);
    List<MapDefinition.Reference> references = new ArrayList<>();
    for (int i = 1; i < 3; i++) {
      MapDefinition one = renamed(inner, inner.name() + i);
      named(one.name(), one);
      if (type == MapType.ARRAY_OF_MAPS) {
        references.add(new MapDefinition.Reference(i, one.name()));
      }
    }
    return named(name, new MapDefinition(name, type, 4, 4, 4, 0, inner, Bytes.EMPTY, references));
  }

  private static MapDefinition renamed(MapDefinition map, String name) {
    return MapDefinition.of(
        name,
        map.type(),
        (int) map.keySize(),
        (int) map.valueSize(),
        (int) map.maxEntries(),
        map.flags());
  }

  private int named(String name, MapDefinition definition) {
    for (int i = 0; i < definitions.size(); i++) {
      if (definitions.get(i).name().equals(name)) {
        return i;
      }
    }
    definitions.add(definition);
    return definitions.size() - 1;
  }

  /** A map of this type: one of those there are, or another one. */
  int of(MapType type) {
    String name = type.label() + random.nextInt(MOST_OF_A_TYPE);
    return named(name, define(name, type));
  }

  private MapDefinition define(String name, MapType type) {
    int keyBytes =
        switch (type) {
          case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH -> 1 + random.nextInt(12);
          case LPM_TRIE -> 5 + random.nextInt(7);
          default -> 4;
        };
    boolean target = type.isRedirectTarget();
    int valueBytes = target ? 4 : random.nextInt(3) == 0 ? 1 + random.nextInt(64) : 64;
    int entries =
        switch (type) {
          case LRU_HASH, LRU_PERCPU_HASH -> LRU_ENTRIES;
          case CPUMAP -> 1;
          default -> 1 + random.nextInt(8);
        };
    int flags =
        switch (type) {
          case LPM_TRIE -> MapDefinition.NO_PREALLOC;
          case HASH, PERCPU_HASH -> random.nextBoolean() ? MapDefinition.NO_PREALLOC : 0;
          default -> 0;
        };
    return MapDefinition.of(name, type, keyBytes, valueBytes, entries, flags);
  }

  /** Puts the same first entries into any engine's maps. */
  static void fill(MapStore maps, long seed) {
    List<MapDefinition> definitions = maps.definitions();
    for (int i = 0; i < definitions.size(); i++) {
      MapDefinition map = definitions.get(i);
      Random random = new Random(seed + i);
      boolean values =
          OF_VALUES.contains(map.type())
              && !map.type().isPerCpu()
              && !map.isReadOnlyData()
              && !map.name().equals("results");
      boolean devices = map.type() == MapType.DEVMAP || map.type() == MapType.DEVMAP_HASH;
      int entries = values || devices ? random.nextInt((int) Math.min(map.maxEntries(), 4) + 1) : 0;
      for (int j = 0; j < entries; j++) {
        byte[] value = new byte[(int) map.valueSize()];
        if (values) {
          random.nextBytes(value);
        } else {
          value[0] = 1;
        }
        maps.put(i, key(map, j, random), value);
      }
    }
  }

  private static byte[] key(MapDefinition map, int number, Random random) {
    byte[] key = new byte[(int) map.keySize()];
    key[0] = (byte) number;
    if (map.type() == MapType.LPM_TRIE) {
      key[0] = (byte) random.nextInt(8 * (key.length - 4) + 1);
      key[4] = (byte) (random.nextInt(4) << 6);
    }
    return key;
  }
}
