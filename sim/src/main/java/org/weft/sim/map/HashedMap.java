package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Hash maps, with and without eviction ({@code kernel/bpf/hashtab.c}): entries with keys and
 * values. How entries are found, and which is thrown out, is the subclass's; storage grows with the
 * entries up to {@code max_entries}.
 *
 * <p>As in Linux an update of an existing key gives it another entry, so that a program that still
 * holds the old value's address sees the old value; {@link EntryPool.Reuse} says when that entry is
 * used again. Per-CPU values are updated in place.
 */
abstract class HashedMap extends SoftMap {
  static final int NONE = EntryPool.NONE;
  private static final int FIRST_CAPACITY = 16;

  final int maxEntries;
  final boolean lru;
  final boolean inPlace;
  final EntryPool pool;
  private final int limit;
  private byte[] keys = new byte[0];
  private boolean[] occupied = new boolean[0];
  private int count;

  HashedMap(MapDefinition definition, int cpus, EntryPool.Reuse reuse) {
    super(definition, cpus);
    maxEntries = (int) definition.maxEntries();
    lru = isLru(definition);
    inPlace = definition.type().isPerCpu();
    limit = (int) entriesOf(definition, cpus);
    pool = new EntryPool(reuse, limit, cpus);
  }

  /** Entries that a map has room for: one for each key, old values, a spare one. */
  static long entriesOf(MapDefinition definition, int cpus) {
    return definition.maxEntries() + cpus + 1;
  }

  private static boolean isLru(MapDefinition definition) {
    return definition.type() == MapType.LRU_HASH || definition.type() == MapType.LRU_PERCPU_HASH;
  }

  static EntryPool.Reuse reuse(MapDefinition definition) {
    boolean preallocated = (definition.flags() & MapDefinition.NO_PREALLOC) == 0;
    return preallocated && !isLru(definition) ? EntryPool.Reuse.SPARE : EntryPool.Reuse.LAST_FREED;
  }

  /** The entry of a key, or none. */
  abstract int search(byte[] key, int keyOffset);

  /** An entry was found by a lookup. */
  void used(int entry) {}

  /** An update of a key begins, which has an entry or none. */
  void updating(int old) {}

  /** Room for another key, whatever has to be done for it; 0 or an error number. */
  abstract int makeRoom(byte[] key, int keyOffset);

  /** A key can be found from now on, in this entry. */
  abstract void add(int entry);

  /** A key cannot be found any more. */
  abstract void takeOut(int entry);

  /** A key is found in another entry from now on. */
  abstract void move(int old, int entry);

  /** There is place for so many entries. */
  abstract void grow(int capacity);

  final int count() {
    return count;
  }

  /** There is memory for an entry. */
  final void ensure(int entry) {
    if (entry < occupied.length) {
      return;
    }
    int capacity = (int) Math.min(limit, Math.max(FIRST_CAPACITY, 2L * occupied.length));
    try {
      keys = Arrays.copyOf(keys, capacity * keyBytes);
      values = Arrays.copyOf(values, capacity * cpus * stride);
      occupied = Arrays.copyOf(occupied, capacity);
      grow(capacity);
    } catch (OutOfMemoryError e) {
      throw new InputException(
          "map "
              + definition().name()
              + ": no memory for "
              + capacity
              + " entries; give Java more (-Xmx) or lower max_entries",
          e);
    }
  }

  /** Whether an entry has a key. */
  final boolean same(byte[] key, int keyOffset, int entry) {
    int at = entry * keyBytes;
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

  /** All keys; that of an entry begins at its number times the key size. */
  final byte[] keys() {
    return keys;
  }

  @Override
  int find(byte[] key, int keyOffset) {
    int entry = search(key, keyOffset);
    if (lru && entry != NONE) {
      used(entry);
    }
    return entry;
  }

  @Override
  final int peek(byte[] key) {
    return search(key, 0);
  }

  @Override
  public final long room() {
    return limit;
  }

  @Override
  int check(byte[] key, int keyOffset, long flags) {
    boolean unknown = Long.compareUnsigned(flags & ~LOCK_FLAG, EXIST_FLAG) > 0;
    return unknown || lacksLock(flags) ? EINVAL : 0;
  }

  @Override
  final int place(byte[] key, int keyOffset, long flags, int cpu) {
    int old = search(key, keyOffset);
    updating(old);
    if (old != NONE) {
      if ((flags & NOEXIST_FLAG) != 0) {
        return EEXIST;
      }
      if (lru && inPlace) {
        used(old);
      }
      return inPlace || (flags & LOCK_FLAG) != 0 ? old : replace(old, cpu);
    }
    if ((flags & EXIST_FLAG) != 0) {
      return ENOENT;
    }
    int error = makeRoom(key, keyOffset);
    if (error != 0) {
      return error;
    }
    int entry = pool.take();
    ensure(entry);
    System.arraycopy(key, keyOffset, keys, entry * keyBytes, keyBytes);
    isNew = true;
    occupied[entry] = true;
    count++;
    add(entry);
    return entry;
  }

  /** Moves a key to another entry; its old value stays behind. */
  private int replace(int old, int cpu) {
    int entry = pool.replace(old, cpu);
    ensure(entry);
    System.arraycopy(keys, old * keyBytes, keys, entry * keyBytes, keyBytes);
    occupied[old] = false;
    occupied[entry] = true;
    move(old, entry);
    return entry;
  }

  @Override
  public final int delete(byte[] key, int keyOffset) {
    int entry = search(key, keyOffset);
    if (entry == NONE) {
      return ENOENT;
    }
    remove(entry);
    return 0;
  }

  /** Takes an entry out; its value stays readable. */
  final void remove(int entry) {
    takeOut(entry);
    occupied[entry] = false;
    count--;
    pool.give(entry);
  }

  @Override
  public final int slots() {
    return pool.used();
  }

  @Override
  final boolean isOccupied(int entry) {
    return entry < occupied.length && occupied[entry];
  }

  @Override
  final byte[] key(int entry) {
    return Arrays.copyOfRange(keys, entry * keyBytes, (entry + 1) * keyBytes);
  }
}
