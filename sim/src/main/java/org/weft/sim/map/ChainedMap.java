package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/** A hash map as Linux has it: entries hang on buckets; the least recently used one is evicted. */
final class ChainedMap extends HashedMap {
  /** Linux takes free entries of an LRU map in lots of this size and evicts to fill the last. */
  private static final int LRU_LOT = 128;

  /** With {@code BPF_F_NO_COMMON_LRU} each CPU has its share of the entries. */
  private static final int MAX_CPUS = 128;

  private final int firstEviction;
  private int[] hashes = new int[0];
  private int[] next = new int[0];
  private int[] buckets = {NONE};
  private int[] newer = new int[0];
  private int[] older = new int[0];
  private int newest = NONE;
  private int oldest = NONE;
  private boolean evicted;

  ChainedMap(MapDefinition definition, int cpus) {
    this(definition, cpus, reuse(definition));
  }

  ChainedMap(MapDefinition definition, int cpus, EntryPool.Reuse reuse) {
    super(definition, cpus, reuse);
    firstEviction = firstEviction(definition.flags());
  }

  /**
   * Entries from which on Linux may evict, whatever its number of CPUs, up to {@link #MAX_CPUS}.
   */
  private int firstEviction(int flags) {
    return (flags & MapLimits.NO_COMMON_LRU) != 0
        ? maxEntries / MAX_CPUS
        : maxEntries - Math.min(LRU_LOT, Math.max(1, maxEntries / 2)) + 1;
  }

  @Override
  void grow(int capacity) {
    next = Arrays.copyOf(next, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    if (lru) {
      newer = Arrays.copyOf(newer, capacity);
      older = Arrays.copyOf(older, capacity);
    }
    int[] before = buckets;
    buckets = new int[Integer.highestOneBit(Math.max(1, capacity - 1)) * 2];
    Arrays.fill(buckets, NONE);
    for (int first : before) {
      int entry = first;
      while (entry != NONE) {
        int following = next[entry];
        chain(entry);
        entry = following;
      }
    }
  }

  private void chain(int entry) {
    int bucket = hashes[entry] & (buckets.length - 1);
    next[entry] = buckets[bucket];
    buckets[bucket] = entry;
  }

  @Override
  int search(byte[] key, int keyOffset) {
    int hash = (int) KeyHash.of(key, keyOffset, keyBytes, 0);
    int entry = buckets[hash & (buckets.length - 1)];
    while (entry != NONE && (hashes[entry] != hash || !same(key, keyOffset, entry))) {
      entry = next[entry];
    }
    return entry;
  }

  @Override
  void used(int entry) {
    if (entry != newest) {
      unlink(entry);
      link(entry);
    }
  }

  @Override
  void updating(int old) {
    if (lru && (old == NONE || !inPlace)) {
      evicted |= count() >= firstEviction;
    }
  }

  @Override
  int makeRoom(byte[] key, int keyOffset) {
    if (count() < maxEntries) {
      return 0;
    }
    if (!lru) {
      return E2BIG;
    }
    remove(oldest);
    return 0;
  }

  @Override
  void add(int entry) {
    hashes[entry] = (int) KeyHash.of(keys(), entry * keyBytes, keyBytes, 0);
    chain(entry);
    if (lru) {
      link(entry);
    }
  }

  @Override
  void takeOut(int entry) {
    int bucket = hashes[entry] & (buckets.length - 1);
    if (buckets[bucket] == entry) {
      buckets[bucket] = next[entry];
    } else {
      int before = buckets[bucket];
      while (next[before] != entry) {
        before = next[before];
      }
      next[before] = next[entry];
    }
    if (lru) {
      unlink(entry);
    }
  }

  @Override
  void move(int old, int entry) {
    takeOut(old);
    add(entry);
  }

  private void link(int entry) {
    older[entry] = newest;
    newer[entry] = NONE;
    if (newest != NONE) {
      newer[newest] = entry;
    }
    newest = entry;
    if (oldest == NONE) {
      oldest = entry;
    }
  }

  private void unlink(int entry) {
    int before = older[entry];
    int after = newer[entry];
    if (before == NONE) {
      oldest = after;
    } else {
      newer[before] = after;
    }
    if (after == NONE) {
      newest = before;
    } else {
      older[after] = before;
    }
  }

  @Override
  public boolean evicted() {
    return evicted;
  }
}
