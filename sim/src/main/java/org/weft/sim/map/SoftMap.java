package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/**
 * A map in memory. All values stand in one array of bytes: slot {@code s} of CPU {@code c} begins
 * at {@code (s * cpus + c) * stride}, where the stride is the value size rounded up to 8 and cpus
 * is 1 unless the map is per CPU. An address stays readable for ever; it is the entry's until the
 * entry is deleted or, in hash maps and tries, updated.
 */
public abstract class SoftMap {
  static final int ENOENT = -2;
  static final int E2BIG = -7;
  static final int EEXIST = -17;
  static final int EINVAL = -22;
  static final int ENOSPC = -28;

  /** {@code BPF_F_WRONLY_PROG}. */
  static final int WRONLY_PROG = 1 << 8;

  static final int NOEXIST_FLAG = 1;
  static final int EXIST_FLAG = 2;

  /** {@code BPF_F_LOCK}: the value is changed in its place while its lock is held. */
  static final int LOCK_FLAG = 4;

  private final MapDefinition definition;
  final int keyBytes;
  final int valueBytes;
  final int cpus;
  final int stride;

  private final int lock;
  private final boolean readOnly;
  private final boolean writeOnly;
  byte[] values = new byte[0];

  /** Whether the last update made an entry. */
  boolean isNew;

  SoftMap(MapDefinition definition, int cpus) {
    this(definition, cpus, (int) definition.valueSize());
  }

  SoftMap(MapDefinition definition, int cpus, int valueBytes) {
    this.definition = definition;
    keyBytes = (int) definition.keySize();
    this.valueBytes = valueBytes;
    this.cpus = definition.type().isPerCpu() ? cpus : 1;
    stride = Math.max(8, (valueBytes + 7) / 8 * 8);
    lock = definition.lock();
    readOnly =
        (definition.flags() & MapDefinition.RDONLY_PROG) != 0
            || definition.type().isRedirectTarget();
    writeOnly = (definition.flags() & WRONLY_PROG) != 0;
  }

  /** The map's definition. */
  public final MapDefinition definition() {
    return definition;
  }

  /** All values; another array after the map has grown. */
  public final byte[] values() {
    return values;
  }

  /** Bytes of a value. */
  public final int valueBytes() {
    return valueBytes;
  }

  /** Bytes of a key. */
  public final int keyBytes() {
    return keyBytes;
  }

  /** Values of an entry: one for each CPU in per-CPU maps. */
  public final int copies() {
    return cpus;
  }

  /** Distance in bytes from one value to the next. */
  public final int stride() {
    return stride;
  }

  /** The offset in {@link #values} of a key's value for a CPU, or -1. */
  public final int lookup(byte[] key, int keyOffset, int cpu) {
    int slot = find(key, keyOffset);
    return slot < 0 ? -1 : offset(slot, cpu);
  }

  /**
   * Sets a value for one CPU; in a new entry those of other CPUs are zero.
   *
   * @param flags {@code BPF_ANY} 0, {@code BPF_NOEXIST} 1 or {@code BPF_EXIST} 2, and {@code
   *     BPF_F_LOCK} 4
   * @return 0 or the kernel's negative error number
   */
  public final int update(
      byte[] key, int keyOffset, byte[] value, int valueOffset, long flags, int cpu) {
    int slot = slot(key, keyOffset, flags, cpu);
    if (slot < 0) {
      return slot;
    }
    if (isNew && cpus > 1) {
      Arrays.fill(values, offset(slot, 0), offset(slot, 0) + cpus * stride, (byte) 0);
    }
    store(value, valueOffset, offset(slot, cpu));
    return 0;
  }

  private void store(byte[] value, int valueOffset, int at) {
    if (lock < 0) {
      System.arraycopy(value, valueOffset, values, at, valueBytes);
    } else {
      // What is copied over the lock is lost.
      int behind = lock + MapDefinition.LOCK_BYTES;
      System.arraycopy(value, valueOffset, values, at, lock);
      System.arraycopy(value, valueOffset + behind, values, at + behind, valueBytes - behind);
    }
  }

  /**
   * Sets a value before any program runs: a key that is there keeps its entry and is not thereby
   * used, so that entries are occupied in the order in which their keys first came.
   */
  final int set(byte[] key, byte[] value, int cpu) {
    int entry = check(key, 0, 0) == 0 ? renew(key) : -1;
    if (entry < 0) {
      return update(key, 0, value, 0, 0, cpu);
    }
    store(value, 0, offset(entry, cpu));
    return 0;
  }

  /**
   * An {@link #update} with a value that is in its place already, word by word: see {@link
   * Table#target} and {@link #put}.
   */
  public final int commit(byte[] key, int keyOffset, long flags, int cpu) {
    return Math.min(0, slot(key, keyOffset, flags, cpu));
  }

  private int slot(byte[] key, int keyOffset, long flags, int cpu) {
    isNew = false;
    int error = check(key, keyOffset, flags);
    return error == 0 ? place(key, keyOffset, flags, cpu) : error;
  }

  /** Writes a word at an offset of the values, but for bytes of a lock. */
  public final void put(int offset, long word) {
    int from = lock - offset % stride;
    long keeps = lock < 0 || from < 0 || from >= Long.BYTES ? 0 : 0xffffffffL << 8 * from;
    long old = (long) Little.LONG.get(values, offset);
    Little.LONG.set(values, offset, old & keeps | word & ~keeps);
  }

  /** The word at an offset of the values. */
  public final long word(int offset) {
    return (long) Little.LONG.get(values, offset);
  }

  /** Copies a value as user space sees it: without its lock. */
  public final byte[] value(int slot, int cpu) {
    int at = offset(slot, cpu);
    byte[] copy = Arrays.copyOfRange(values, at, at + valueBytes);
    if (lock >= 0) {
      Arrays.fill(copy, lock, lock + MapDefinition.LOCK_BYTES, (byte) 0);
    }
    return copy;
  }

  /** Whether an update with these flags needs a lock that values do not have. */
  final boolean lacksLock(long flags) {
    return (flags & LOCK_FLAG) != 0 && lock < 0;
  }

  /** Removes an entry; 0 or a negative error number. */
  public abstract int delete(byte[] key, int keyOffset);

  /** What an entry of a map of maps or program array refers to, or -1. */
  public final int reference(byte[] key, int keyOffset) {
    int at = lookup(key, keyOffset, 0);
    return at < 0 ? -1 : (int) Little.INT.get(values, at) - 1;
  }

  /**
   * Whether entries were evicted to make room, here or perhaps in Linux, whose LRU maps begin up to
   * 128 entries before they are full: from then on contents depend on the engine.
   */
  public boolean evicted() {
    return false;
  }

  /**
   * Whether an entry was refused for want of place in its buckets, which Linux would have taken:
   * from then on contents depend on the engine, too.
   */
  public boolean refused() {
    return false;
  }

  /**
   * The map as the table that hardware searches; null if it has no keys to search, or is Linux's.
   */
  public Table table() {
    return null;
  }

  /** Entries that the map has room for, those of old values counted. */
  public long room() {
    return definition.maxEntries();
  }

  /** The first entry that is occupied, from a number on; -1 if there is none. */
  public final int occupiedFrom(int entry) {
    for (int i = entry; i < slots(); i++) {
      if (isOccupied(i)) {
        return i;
      }
    }
    return -1;
  }

  /** The key of an occupied entry. */
  public final byte[] keyOf(int entry) {
    return key(entry);
  }

  /** Offset of an entry's value for a CPU. */
  public final int valueOf(int entry, int cpu) {
    return offset(entry, cpu);
  }

  /** The entry of a key, or -1; not a use in the sense of LRU maps. */
  public final int entryOf(byte[] key) {
    return peek(key);
  }

  /** The entry of a key, which is not thereby used. */
  int peek(byte[] key) {
    return find(key, 0);
  }

  /** The entry of exactly this key, for another value of it, or -1; not a use, either. */
  int renew(byte[] key) {
    return peek(key);
  }

  /** Whether programs may not write the values. */
  public final boolean isReadOnly() {
    return readOnly;
  }

  /** Whether programs may not read the values. */
  public final boolean isWriteOnly() {
    return writeOnly;
  }

  /**
   * Where a CPU's copy lies of what a program addresses: programs count as if there was one value
   * for each entry. Negative when there is none.
   */
  public final int ownCopy(int address, int cpu) {
    if (cpus == 1) {
      return address;
    }
    int within = within(address);
    long offset = (long) (address - within) * cpus + (long) cpu * stride + within;
    return offset < values.length ? (int) offset : -1;
  }

  /** How far behind the beginning of its value an offset lies. */
  public final int within(int offset) {
    // Most strides are powers of two, and this is asked for each access.
    return (stride & stride - 1) == 0 && offset >= 0 ? offset & stride - 1 : offset % stride;
  }

  /** What a program addresses when a lookup found this offset. */
  public final int address(int offset) {
    return cpus == 1 ? offset : offset / stride / cpus * stride;
  }

  final int offset(int slot, int cpu) {
    return (slot * cpus + (cpus == 1 ? 0 : cpu)) * stride;
  }

  /** Whether a key is the number of its entry. */
  public boolean isIndexed() {
    return false;
  }

  /** The slot of a key, or -1. */
  abstract int find(byte[] key, int keyOffset);

  /** What is wrong with an update of any value, as an error number, or 0. */
  abstract int check(byte[] key, int keyOffset, long flags);

  /**
   * A slot for a key's value, or a negative error number. Says whether the entry is new.
   *
   * @param flags 0 or one of the flags, and that for locks
   */
  abstract int place(byte[] key, int keyOffset, long flags, int cpu);

  /** Slots that may be occupied: all below this number. */
  public abstract int slots();

  /** Whether a slot is occupied. */
  abstract boolean isOccupied(int slot);

  /** Copies the key of an occupied slot. */
  abstract byte[] key(int slot);
}
