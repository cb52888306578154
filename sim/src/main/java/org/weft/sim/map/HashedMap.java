package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Hash maps, with and without eviction of the least recently used entry. Chains of slots hang on
 * buckets; slots are handed out in ascending order and again after deletion, and storage grows with
 * them up to {@code max_entries}.
 */
class HashedMap extends SoftMap {
  private static final int NONE = -1;
  private static final int FIRST_CAPACITY = 16;

  private final int maxEntries;
  private final boolean lru;
  private byte[] keys;
  private int[] buckets;
  private int[] next;
  private boolean[] occupied;
  private int[] newer;
  private int[] older;
  private int newest = NONE;
  private int oldest = NONE;
  private int used;
  private int free = NONE;
  private boolean evicted;

  HashedMap(MapDefinition definition, int cpus) {
    super(definition, cpus);
    maxEntries = (int) definition.maxEntries();
    MapType type = definition.type();
    lru = type == MapType.LRU_HASH || type == MapType.LRU_PERCPU_HASH;
    resize(Math.min(maxEntries, FIRST_CAPACITY));
  }

  private void resize(int capacity) {
    keys = keys == null ? new byte[capacity * keyBytes] : Arrays.copyOf(keys, capacity * keyBytes);
    values = Arrays.copyOf(values, capacity * cpus * stride);
    next = next == null ? new int[capacity] : Arrays.copyOf(next, capacity);
    occupied = occupied == null ? new boolean[capacity] : Arrays.copyOf(occupied, capacity);
    if (lru) {
      newer = newer == null ? new int[capacity] : Arrays.copyOf(newer, capacity);
      older = older == null ? new int[capacity] : Arrays.copyOf(older, capacity);
    }
    buckets = new int[Integer.highestOneBit(Math.max(1, capacity - 1)) * 2];
    Arrays.fill(buckets, NONE);
    for (int slot = 0; slot < used; slot++) {
      if (occupied[slot]) {
        chain(slot);
      }
    }
  }

  private void chain(int slot) {
    int bucket = bucket(keys, slot * keyBytes);
    next[slot] = buckets[bucket];
    buckets[bucket] = slot;
  }

  private int bucket(byte[] key, int offset) {
    int hash = 0;
    int at = offset;
    int end = offset + keyBytes;
    for (; at <= end - 4; at += 4) {
      hash = (hash ^ (int) Little.INT.get(key, at)) * 0x9E3779B1;
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) {
      hash = (hash ^ key[at]) * 0x85EBCA6B;
    }
    hash ^= hash >>> 13;
    return hash & (buckets.length - 1);
  }

  @Override
  int find(byte[] key, int keyOffset) {
    int slot = buckets[bucket(key, keyOffset)];
    while (slot != NONE) {
      int at = slot * keyBytes;
      if (Arrays.equals(keys, at, at + keyBytes, key, keyOffset, keyOffset + keyBytes)) {
        if (lru && slot != newest) {
          unlink(slot);
          link(slot);
        }
        return slot;
      }
      slot = next[slot];
    }
    return -1;
  }

  @Override
  int insert(byte[] key, int keyOffset) {
    int slot;
    if (free != NONE) {
      slot = free;
      free = next[slot];
    } else if (used < maxEntries) {
      if (used == next.length) {
        resize((int) Math.min(maxEntries, 2L * used));
      }
      slot = used++;
    } else if (lru) {
      evicted = true;
      slot = oldest;
      remove(slot);
      free = next[slot];
    } else {
      return E2BIG;
    }
    System.arraycopy(key, keyOffset, keys, slot * keyBytes, keyBytes);
    int at = offset(slot, 0);
    Arrays.fill(values, at, at + cpus * stride, (byte) 0);
    occupied[slot] = true;
    chain(slot);
    if (lru) {
      link(slot);
    }
    return slot;
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    int slot = find(key, keyOffset);
    if (slot < 0) {
      return ENOENT;
    }
    remove(slot);
    return 0;
  }

  /** Takes a slot out of its chain and puts it on the free list; its value stays readable. */
  private void remove(int slot) {
    int bucket = bucket(keys, slot * keyBytes);
    if (buckets[bucket] == slot) {
      buckets[bucket] = next[slot];
    } else {
      int before = buckets[bucket];
      while (next[before] != slot) {
        before = next[before];
      }
      next[before] = next[slot];
    }
    occupied[slot] = false;
    next[slot] = free;
    free = slot;
    if (lru) {
      unlink(slot);
    }
  }

  private void link(int slot) {
    older[slot] = newest;
    newer[slot] = NONE;
    if (newest != NONE) {
      newer[newest] = slot;
    }
    newest = slot;
    if (oldest == NONE) {
      oldest = slot;
    }
  }

  private void unlink(int slot) {
    int before = older[slot];
    int after = newer[slot];
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

  @Override
  int slots() {
    return used;
  }

  @Override
  boolean isOccupied(int slot) {
    return occupied[slot];
  }

  @Override
  byte[] key(int slot) {
    return Arrays.copyOfRange(keys, slot * keyBytes, (slot + 1) * keyBytes);
  }
}
