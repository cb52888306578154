package org.weft.sim.map;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Whether Linux 6.18 makes a map was asked of it for some 20,000 definitions; these are some. */
class MapLimitsTest {
  private static MapDefinition definition(
      String type, long key, long value, long entries, int flags) {
    return MapDefinition.of(
        "m", MapType.valueOf(type.toUpperCase(Locale.ROOT)), key, value, entries, flags);
  }

  @ParameterizedTest
  @CsvSource({
    "array, 4, 1, 1, 0",
    "array, 4, 1, 1, 0x1480",
    "percpu_array, 4, 32768, 1, 0",
    "hash, 1000, 1, 1, 1",
    "hash, 1, 200000, 3, 0x44",
    "lru_hash, 4, 4, 1, 2",
    "lru_percpu_hash, 4, 32768, 1, 2",
    "lpm_trie, 5, 1, 1, 1",
    "lpm_trie, 260, 1, 1, 1",
    "devmap, 4, 4, 1, 0",
    "devmap, 4, 8, 1, 8",
    "devmap_hash, 4, 8, 1, 0",
    "cpumap, 4, 8, 1, 4",
    "xskmap, 4, 4, 1, 0",
    "prog_array, 4, 4, 1, 0",
    "perf_event_array, 4, 4, 0, 0x800",
    "hash_of_maps, 7, 4, 1, 1",
    "array_of_maps, 4, 4, 1, 0",
    "hash, 16, 8, 30000000, 0",
    "ringbuf, 0, 0, 4096, 4",
  })
  void takesWhatLinuxTakes(String type, long key, long value, long entries, String flags) {
    assertNull(
        MapLimits.reason(definition(type, key, value, entries, Integer.decode(flags.strip())), 2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "array | 8 | 4 | 1 | 0 | key size 8; arrays have 4",
        "array | 4 | 0 | 1 | 0 | value size 0; say what a value is",
        "array | 4 | 4 | 0 | 0 | max_entries is 0 or absent: its own loader sets it; say how many with --map-entries",
        "array | 4 | 4 | 1 | 1 | map_flags has 0x1, which the type refuses",
        "array | 4 | 4 | 1 | 0x180 | map_flags say both read-only and write-only; leave one",
        "percpu_array | 4 | 4 | 1 | 0x400 | map_flags has 0x400, which the type refuses",
        "percpu_array | 4 | 32769 | 1 | 0"
            + " | value size 32769; per-CPU values have at most 32768",
        "hash | 0 | 4 | 1 | 0 | key or value size is 0; say what they are",
        "hash | 4 | 4 | 1 | 2 | map_flags has 0x2, which the type refuses",
        "percpu_hash | 4 | 4 | 1 | 4 | map_flags has 0x4, which the type refuses",
        "lru_hash | 4 | 4 | 1 | 1 | map_flags has 0x1, which the type refuses",
        "lru_hash | 4 | 4 | 1 | 6"
            + " | map_flags say both BPF_F_NO_COMMON_LRU and BPF_F_NUMA_NODE; leave one",
        "lpm_trie | 4 | 4 | 1 | 1 | key size 4; tries have 5 to 260",
        "lpm_trie | 261 | 4 | 1 | 1 | key size 261; tries have 5 to 260",
        "lpm_trie | 8 | 4 | 1 | 0 | map_flags lack BPF_F_NO_PREALLOC, which tries must have",
        "devmap | 4 | 12 | 1 | 0 | key size must be 4, value size 4 or 8",
        "devmap | 4 | 4 | 1 | 0x80 | map_flags has 0x80, which the type refuses",
        "cpumap | 4 | 4 | 16384 | 0 | max_entries 16384; Linux has at most 8192 CPUs",
        "xskmap | 4 | 8 | 1 | 0 | key and value size must be 4",
        "prog_array | 4 | 8 | 1 | 0 | key and value size must be 4",
        "hash_of_maps | 4 | 8 | 1 | 0 | key size must not be 0, value size must be 4",
        "array | 4 | 4294967295 | 1 | 0 | 1 entries of 4294967300 bytes take more than the"
            + " 1073741824 that weft holds for a map; lower max_entries",
        "hash | 4294967295 | 8 | 4294967295 | 0 | max_entries 4294967295; at most 67108864",
        "ringbuf | 4 | 0 | 4096 | 0 | key and value size must be 0",
        "ringbuf | 0 | 0 | 4096 | 1 | map_flags has 0x1, which the type refuses",
        "queue | 0 | 4 | 4096 | 0 | type queue is not supported; XDP programs use hashes,"
            + " arrays, tries and redirect maps",
      })
  void refusesInOneLine(
      String type, long key, long value, long entries, String flags, String message) {
    String place = type.equals("queue") ? "map m: " : "map m (" + type + "): ";
    assertEquals(
        place + message,
        MapLimits.reason(definition(type, key, value, entries, Integer.decode(flags.strip())), 2));
  }

  @ParameterizedTest
  @CsvSource({
    "array, 4, 8, 5, 0, true",
    "array, 4, 8, 6, 0, false",
    "array, 4, 4, 5, 0, false",
    "array, 4, 8, 5, 0x80, false",
    "hash, 4, 8, 5, 0, false",
    "prog_array, 4, 4, 5, 0, false",
  })
  void innerMapsMustBeAlike(
      String type, long key, long value, long entries, String flags, boolean fits) {
    MapDefinition outer =
        new MapDefinition(
            "o",
            MapType.ARRAY_OF_MAPS,
            4,
            4,
            1,
            0,
            definition("array", 4, 8, 5, 0),
            Bytes.EMPTY,
            List.of());
    MapDefinition inner = definition(type, key, value, entries, Integer.decode(flags.strip()));
    if (fits) {
      assertDoesNotThrow(() -> MapLimits.checkInner(outer, inner));
    } else {
      assertThrows(InputException.class, () -> MapLimits.checkInner(outer, inner));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 5, true", "1, 6, true", "0, 6, false"})
  void hashesOfAnySizeFitHashesAndArraysOnlyWithInnerMapFlag(
      int innerFlag, long entries, boolean fits) {
    int flags = innerFlag << 12;
    MapDefinition outer =
        new MapDefinition(
            "o",
            MapType.HASH_OF_MAPS,
            4,
            4,
            1,
            0,
            definition("array", 4, 8, 5, flags),
            Bytes.EMPTY,
            List.of());
    MapDefinition inner = definition("array", 4, 8, entries, flags);
    if (fits) {
      assertDoesNotThrow(() -> MapLimits.checkInner(outer, inner));
    } else {
      assertThrows(InputException.class, () -> MapLimits.checkInner(outer, inner));
    }
  }
}
