package org.weft.sim.map;

import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * What Linux asks of a map's definition (the {@code map_alloc_check} of each type), and what fits
 * memory here.
 */
public final class MapLimits {
  /** Bytes of keys and values that one map may hold. */
  private static final long MAX_BYTES = 1L << 30;

  /** Entries that a map may have. */
  public static final long MAX_ENTRIES = 1L << 26;

  /** {@code PCPU_MIN_UNIT_SIZE}: the most that a per-CPU value has. */
  private static final long MAX_PER_CPU_VALUE_BYTES = 32 << 10;

  /** The largest {@code NR_CPUS} that a kernel for PCs is built with. */
  private static final long MAX_CPUS = 8192;

  private static final int NO_PREALLOC = MapDefinition.NO_PREALLOC;
  static final int NO_COMMON_LRU = 1 << 1;
  private static final int NUMA_NODE = 1 << 2;
  private static final int RDONLY = 1 << 3;
  private static final int WRONLY = 1 << 4;
  private static final int ZERO_SEED = 1 << 6;
  private static final int RDONLY_PROG = MapDefinition.RDONLY_PROG;
  private static final int WRONLY_PROG = SoftMap.WRONLY_PROG;
  private static final int MMAPABLE = 1 << 10;
  private static final int PRESERVE_ELEMS = 1 << 11;
  private static final int PROG_ACCESS = RDONLY_PROG | WRONLY_PROG;
  private static final int ACCESS = RDONLY | WRONLY | PROG_ACCESS;

  private MapLimits() {}

  /** The definition with what libbpf fills in: perf event arrays have an entry per CPU. */
  public static MapDefinition withDefaults(MapDefinition map, int cpus) {
    if (map.type() != MapType.PERF_EVENT_ARRAY || map.maxEntries() != 0) {
      return map;
    }
    return MapDefinition.of(
        map.name(), map.type(), map.keySize(), map.valueSize(), cpus, map.flags());
  }

  /** Why a map cannot be made, with its name and type, or null. */
  public static String reason(MapDefinition map, int cpus) {
    try {
      check(map, cpus);
      return null;
    } catch (InputException e) {
      return e.getMessage();
    }
  }

  static void check(MapDefinition given, int cpus) {
    MapDefinition map = withDefaults(given, cpus);
    checkSizes(map);
    checkFlags(map);
    require(
        map,
        map.maxEntries() > 0,
        "max_entries is 0 or absent: its own loader sets it; say how many with --map-entries");
    require(
        map,
        map.maxEntries() <= MAX_ENTRIES,
        "max_entries " + map.maxEntries() + "; at most " + MAX_ENTRIES);
    require(
        map,
        map.type() != MapType.CPUMAP || map.maxEntries() <= MAX_CPUS,
        "max_entries " + map.maxEntries() + "; Linux has at most " + MAX_CPUS + " CPUs");
    require(
        map,
        !map.type().isPerCpu() || map.valueSize() <= MAX_PER_CPU_VALUE_BYTES,
        "value size " + map.valueSize() + "; per-CPU values have at most 32768");
    if (map.type() == MapType.RINGBUF) {
      checkRing(map);
    }
    checkMemory(map, cpus);
  }

  private static void checkRing(MapDefinition map) {
    boolean pages = map.maxEntries() % 4096 == 0 && Long.bitCount(map.maxEntries()) == 1;
    require(map, pages, "max_entries " + map.maxEntries() + "; give a power of two of pages");
  }

  private static void checkSizes(MapDefinition map) {
    long key = map.keySize();
    long value = map.valueSize();
    switch (map.type()) {
      case ARRAY, PERCPU_ARRAY -> {
        require(map, key == 4, "key size " + key + "; arrays have 4");
        require(map, value > 0, "value size 0; say what a value is");
      }
      case PROG_ARRAY, PERF_EVENT_ARRAY, ARRAY_OF_MAPS, XSKMAP ->
          require(map, key == 4 && value == 4, "key and value size must be 4");
      case DEVMAP, DEVMAP_HASH, CPUMAP ->
          require(
              map, key == 4 && (value == 4 || value == 8), "key size must be 4, value size 4 or 8");
      case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH ->
          require(map, key > 0 && value > 0, "key or value size is 0; say what they are");
      case HASH_OF_MAPS ->
          require(map, key > 0 && value == 4, "key size must not be 0, value size must be 4");
      case RINGBUF -> require(map, key == 0 && value == 0, "key and value size must be 0");
      case LPM_TRIE -> {
        require(map, key >= 5 && key <= 260, "key size " + key + "; tries have 5 to 260");
        require(map, value > 0, "value size 0; say what a value is");
      }
      default ->
          throw new InputException(
              "map "
                  + map.name()
                  + ": type "
                  + map.type().label()
                  + " is not supported; XDP programs use hashes, arrays, tries and redirect maps");
    }
  }

  private static void checkFlags(MapDefinition map) {
    int flags = map.flags();
    int allowed =
        switch (map.type()) {
          case ARRAY -> NUMA_NODE | ACCESS | MMAPABLE | MapDefinition.INNER_MAP;
          case PERCPU_ARRAY -> ACCESS;
          case PERF_EVENT_ARRAY -> NUMA_NODE | RDONLY | WRONLY | PRESERVE_ELEMS;
          case PROG_ARRAY, ARRAY_OF_MAPS, DEVMAP, DEVMAP_HASH, XSKMAP ->
              NUMA_NODE | RDONLY | WRONLY;
          case CPUMAP, RINGBUF -> NUMA_NODE;
          case HASH, HASH_OF_MAPS -> NO_PREALLOC | NUMA_NODE | ACCESS | ZERO_SEED;
          case PERCPU_HASH -> NO_PREALLOC | ACCESS | ZERO_SEED;
          case LRU_HASH -> NO_COMMON_LRU | NUMA_NODE | ACCESS | ZERO_SEED;
          case LRU_PERCPU_HASH -> NO_COMMON_LRU | ACCESS | ZERO_SEED;
          case LPM_TRIE -> NO_PREALLOC | NUMA_NODE | ACCESS;
          default -> 0;
        };
    require(
        map,
        (flags & ~allowed) == 0,
        "map_flags has 0x" + Integer.toHexString(flags & ~allowed) + ", which the type refuses");
    require(
        map,
        map.type() != MapType.LPM_TRIE || (flags & NO_PREALLOC) != 0,
        "map_flags lack BPF_F_NO_PREALLOC, which tries must have");
    require(
        map,
        (flags & PROG_ACCESS) != PROG_ACCESS && (flags & (RDONLY | WRONLY)) != (RDONLY | WRONLY),
        "map_flags say both read-only and write-only; leave one");
    require(
        map,
        (flags & NO_COMMON_LRU) == 0 || (flags & NUMA_NODE) == 0,
        "map_flags say both BPF_F_NO_COMMON_LRU and BPF_F_NUMA_NODE; leave one");
  }

  private static void checkMemory(MapDefinition map, int cpus) {
    long key = map.keySize();
    long value = map.valueSize();
    long stride = (value + 7) / 8 * 8 * (map.type().isPerCpu() ? cpus : 1);
    // A hash map keeps some old values beside its entries.
    long slots = map.maxEntries() + (map.type().isIndexed() ? 0 : cpus + 1);
    require(
        map,
        key <= MAX_BYTES && value <= MAX_BYTES && (stride + key) <= MAX_BYTES / slots,
        map.maxEntries()
            + " entries of "
            + (stride + key)
            + " bytes take more than the "
            + MAX_BYTES
            + " that weft holds for a map; lower max_entries");
    require(
        map,
        map.data().length() <= value,
        "initial data of " + map.data().length() + " bytes for a value of " + value);
  }

  /** Whether a map fits among the inner maps of another ({@code bpf_map_meta_equal}). */
  static void checkInner(MapDefinition outer, MapDefinition map) {
    MapDefinition like = outer.inner();
    if (map.type().isMapOfMaps() || map.type() == MapType.PROG_ARRAY) {
      throw new InputException(
          "map "
              + outer.name()
              + ": "
              + map.name()
              + " cannot be an inner map: it is of type "
              + map.type().label());
    }
    if (like != null && !fits(like, map)) {
      throw new InputException(
          "map "
              + outer.name()
              + ": "
              + map.name()
              + " ("
              + describe(map)
              + ") is not like its inner maps ("
              + describe(like)
              + ")");
    }
  }

  private static boolean fits(MapDefinition like, MapDefinition map) {
    return like.type() == map.type()
        && like.keySize() == map.keySize()
        && like.valueSize() == map.valueSize()
        && like.flags() == map.flags()
        && (!like.fixesEntries() || like.maxEntries() == map.maxEntries());
  }

  private static String describe(MapDefinition map) {
    return map.type().label()
        + ", key "
        + map.keySize()
        + ", value "
        + map.valueSize()
        + ", "
        + map.maxEntries()
        + " entries, flags 0x"
        + Integer.toHexString(map.flags());
  }

  private static void require(MapDefinition map, boolean condition, String cause) {
    if (!condition) {
      throw new InputException("map " + map.name() + " (" + map.type().label() + "): " + cause);
    }
  }
}
