package org.weft.isa.xdp;

import java.util.Locale;

/** Map types of {@code enum bpf_map_type} in {@code linux/bpf.h}, with their Linux numbers. */
public enum MapType {
  HASH(1),
  ARRAY(2),
  PROG_ARRAY(3),
  PERF_EVENT_ARRAY(4),
  PERCPU_HASH(5),
  PERCPU_ARRAY(6),
  STACK_TRACE(7),
  CGROUP_ARRAY(8),
  LRU_HASH(9),
  LRU_PERCPU_HASH(10),
  LPM_TRIE(11),
  ARRAY_OF_MAPS(12),
  HASH_OF_MAPS(13),
  DEVMAP(14),
  SOCKMAP(15),
  CPUMAP(16),
  XSKMAP(17),
  SOCKHASH(18),
  CGROUP_STORAGE(19),
  REUSEPORT_SOCKARRAY(20),
  PERCPU_CGROUP_STORAGE(21),
  QUEUE(22),
  STACK(23),
  SK_STORAGE(24),
  DEVMAP_HASH(25),
  STRUCT_OPS(26),
  RINGBUF(27),
  INODE_STORAGE(28),
  TASK_STORAGE(29),
  BLOOM_FILTER(30),
  USER_RINGBUF(31),
  CGRP_STORAGE(32),
  ARENA(33);

  private final int number;

  MapType(int number) {
    this.number = number;
  }

  /** The number in {@code enum bpf_map_type}. */
  public int number() {
    return number;
  }

  /** The name that weft prints and that bpftool uses: {@code lpm_trie}, {@code percpu_array}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether each entry has one value per CPU. */
  public boolean isPerCpu() {
    return this == PERCPU_HASH || this == PERCPU_ARRAY || this == LRU_PERCPU_HASH;
  }

  /** Whether the values are maps. */
  public boolean isMapOfMaps() {
    return this == ARRAY_OF_MAPS || this == HASH_OF_MAPS;
  }

  /** Whether {@code bpf_redirect_map} takes this map. */
  public boolean isRedirectTarget() {
    return this == DEVMAP || this == DEVMAP_HASH || this == CPUMAP || this == XSKMAP;
  }

  /** Whether keys are indexes from 0 to {@code max_entries - 1}, four bytes wide. */
  public boolean isIndexed() {
    return switch (this) {
      case ARRAY,
          PERCPU_ARRAY,
          PROG_ARRAY,
          PERF_EVENT_ARRAY,
          ARRAY_OF_MAPS,
          DEVMAP,
          CPUMAP,
          XSKMAP ->
          true;
      default -> false;
    };
  }

  /** The type with this Linux number, or null. */
  public static MapType of(int number) {
    for (MapType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    return null;
  }
}
