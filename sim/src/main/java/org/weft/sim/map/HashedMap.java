package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Hash maps, with and without eviction of the least recently used entry ({@code
 * kernel/bpf/hashtab.c}). Chains of slots hang on buckets; storage grows with the entries up to
 * {@code max_entries}.
 *
 * <p>As in Linux an update of an existing entry gives it another slot, so that a program that still
 * holds the old value's address sees the old value; {@link Reuse} says when that slot is used
 * again. Per-CPU values are updated in place.
 */
final class HashedMap extends SoftMap {
  /** Where the next value is put: what programs see that hold the address of an old value. */
  enum Reuse {
    /** A preallocated map: each CPU swaps the old value with a spare one. */
    SPARE,
    /** The slot that was freed last. */
    LAST_FREED,
    /** The slot that was freed first, and not soon: Linux waits for all CPUs. */
    FIRST_FREED
  }

  private static final int NONE = -1;
  private static final int FIRST_CAPACITY = 16;

  /** Linux takes free entries of an LRU map in lots of this size and evicts to fill the last. */
  private static final int LRU_LOT = 128;

  /** Slots that stay free as long as there are new ones, where reuse waits. */
  private static final int GRACE_SLOTS = 64;

  /** With {@code BPF_F_NO_COMMON_LRU} each CPU has its share of the entries. */
  private static final int MAX_CPUS = 128;

  private final int maxEntries;
  private final boolean lru;
  private final boolean inPlace;
  private final Reuse reuse;
  private final int[] spares;
  private final int firstEviction;
  private byte[] keys = new byte[0];
  private int[] hashes = new int[0];
  private int[] next = new int[0];
  private boolean[] occupied = new boolean[0];
  private int[] buckets = new int[0];
  private int[] newer = new int[0];
  private int[] older = new int[0];
  private int newest = NONE;
  private int oldest = NONE;
  private int count;
  private int used;
  private int freeHead = NONE;
  private int freeTail = NONE;
  private int freeCount;
  private boolean evicted;

  HashedMap(MapDefinition definition, int cpus) {
    this(definition, cpus, reuse(definition));
  }

  HashedMap(MapDefinition definition, int cpus, Reuse reuse) {
    super(definition, cpus);
    this.reuse = reuse;
    maxEntries = (int) definition.maxEntries();
    lru = isLru(definition);
    inPlace = definition.type().isPerCpu();
    spares = new int[cpus];
    Arrays.fill(spares, NONE);
    firstEviction = firstEviction(definition.flags());
    resize(Math.min(capacityLimit(), FIRST_CAPACITY));
  }

  /**
   * Entries from which on Linux may evict, whatever its number of CPUs, up to {@link #MAX_CPUS}.
   */
  private int firstEviction(int flags) {
    return (flags & MapLimits.NO_COMMON_LRU) != 0
        ? maxEntries / MAX_CPUS
        : maxEntries - Math.min(LRU_LOT, Math.max(1, maxEntries / 2)) + 1;
  }

  private static boolean isLru(MapDefinition definition) {
    return definition.type() == MapType.LRU_HASH || definition.type() == MapType.LRU_PERCPU_HASH;
  }

  private static Reuse reuse(MapDefinition definition) {
    boolean preallocated = (definition.flags() & MapDefinition.NO_PREALLOC) == 0;
    return preallocated && !isLru(definition) ? Reuse.SPARE : Reuse.LAST_FREED;
  }

  /** Slots that entries and old values can take. */
  private int capacityLimit() {
    return maxEntries + spares.length + 1;
  }

  private void resize(int capacity) {
    try {
      keys = Arrays.copyOf(keys, capacity * keyBytes);
      values = Arrays.copyOf(values, capacity * cpus * stride);
      next = Arrays.copyOf(next, capacity);
      hashes = Arrays.copyOf(hashes, capacity);
      occupied = Arrays.copyOf(occupied, capacity);
      if (lru) {
        newer = Arrays.copyOf(newer, capacity);
        older = Arrays.copyOf(older, capacity);
      }
      buckets = new int[Integer.highestOneBit(Math.max(1, capacity - 1)) * 2];
    } catch (OutOfMemoryError e) {
      throw new InputException(
          "map "
              + definition().name()
              + ": no memory for "
              + capacity
              + " entries; give Java more (-Xmx) or lower max_entries",
          e);
    }
    Arrays.fill(buckets, NONE);
    for (int slot = 0; slot < used; slot++) {
      if (occupied[slot]) {
        chain(slot);
      }
    }
  }

  private void chain(int slot) {
    int bucket = hashes[slot] & (buckets.length - 1);
    next[slot] = buckets[bucket];
    buckets[bucket] = slot;
  }

  private int hash(byte[] key, int offset) {
    long hash = keyBytes;
    int at = offset;
    int end = offset + keyBytes;
    for (; at <= end - 8; at += 8) {
      hash = (hash ^ (long) Little.LONG.get(key, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    if (at <= end - 4) {
      hash = (hash ^ (int) Little.INT.get(key, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
      at += 4;
    }
    for (; at < end; at++) {
      hash = (hash ^ key[at]) * 0xD6E8FEB86659FD93L;
      hash ^= hash >>> 32;
    }
    return (int) hash;
  }

  private boolean same(byte[] key, int keyOffset, int slot) {
    int at = slot * keyBytes;
    int i = 0;
    for (; i <= keyBytes - 8; i += 8) {
      if ((long) Little.LONG.get(keys, at + i) != (long) Little.LONG.get(key, keyOffset + i)) {
        return false;
      }
    }
    for (; i < keyBytes; i++) {
      if (keys[at + i] != key[keyOffset + i]) {
        return false;
      }
    }
    return true;
  }

  private int find(byte[] key, int keyOffset, int hash) {
    int slot = buckets[hash & (buckets.length - 1)];
    while (slot != NONE && (hashes[slot] != hash || !same(key, keyOffset, slot))) {
      slot = next[slot];
    }
    return slot;
  }

  @Override
  int find(byte[] key, int keyOffset) {
    int slot = find(key, keyOffset, hash(key, keyOffset));
    if (lru && slot != NONE && slot != newest) {
      unlink(slot);
      link(slot);
    }
    return slot;
  }

  @Override
  int check(byte[] key, int keyOffset, long flags) {
    boolean unknown = Long.compareUnsigned(flags & ~LOCK_FLAG, EXIST_FLAG) > 0;
    return unknown || lacksLock(flags) ? EINVAL : 0;
  }

  @Override
  int place(byte[] key, int keyOffset, long flags, int cpu) {
    int hash = hash(key, keyOffset);
    int old = find(key, keyOffset, hash);
    if (lru && (old == NONE || !inPlace)) {
      evicted |= count >= firstEviction;
    }
    if (old != NONE) {
      boolean stays = inPlace || (flags & LOCK_FLAG) != 0;
      return (flags & NOEXIST_FLAG) != 0 ? EEXIST : stays ? old : replace(old, cpu);
    }
    if ((flags & EXIST_FLAG) != 0) {
      return ENOENT;
    }
    if (count == maxEntries) {
      if (!lru) {
        return E2BIG;
      }
      remove(oldest);
    }
    int slot = takeFree();
    System.arraycopy(key, keyOffset, keys, slot * keyBytes, keyBytes);
    if (inPlace) {
      int at = offset(slot, 0);
      Arrays.fill(values, at, at + cpus * stride, (byte) 0);
    }
    add(slot, hash);
    return slot;
  }

  /** Moves an entry to another slot; its old value stays behind. */
  private int replace(int old, int cpu) {
    int slot;
    if (reuse == Reuse.SPARE) {
      slot = spares[cpu] == NONE ? takeNew() : spares[cpu];
      spares[cpu] = old;
    } else {
      slot = takeFree();
    }
    System.arraycopy(keys, old * keyBytes, keys, slot * keyBytes, keyBytes);
    int hash = hashes[old];
    takeOut(old);
    if (reuse != Reuse.SPARE) {
      giveFree(old);
    }
    add(slot, hash);
    return slot;
  }

  private void add(int slot, int hash) {
    hashes[slot] = hash;
    occupied[slot] = true;
    count++;
    chain(slot);
    if (lru) {
      link(slot);
    }
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    int slot = find(key, keyOffset, hash(key, keyOffset));
    if (slot == NONE) {
      return ENOENT;
    }
    remove(slot);
    return 0;
  }

  private void remove(int slot) {
    takeOut(slot);
    giveFree(slot);
  }

  /** Takes a slot out of its chain; its value stays readable. */
  private void takeOut(int slot) {
    int bucket = hashes[slot] & (buckets.length - 1);
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
    count--;
    if (lru) {
      unlink(slot);
    }
  }

  private void giveFree(int slot) {
    freeCount++;
    if (reuse == Reuse.FIRST_FREED && freeHead != NONE) {
      next[freeTail] = slot;
      next[slot] = NONE;
      freeTail = slot;
      return;
    }
    next[slot] = freeHead;
    freeHead = slot;
    if (freeTail == NONE) {
      freeTail = slot;
    }
  }

  private int takeFree() {
    boolean fresh = freeHead == NONE || reuse == Reuse.FIRST_FREED && freeCount < GRACE_SLOTS;
    if (fresh && used < capacityLimit()) {
      return takeNew();
    }
    int slot = freeHead;
    freeCount--;
    freeHead = next[slot];
    if (freeHead == NONE) {
      freeTail = NONE;
    }
    return slot;
  }

  private int takeNew() {
    if (used == next.length) {
      resize((int) Math.min(capacityLimit(), 2L * used));
    }
    return used++;
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
