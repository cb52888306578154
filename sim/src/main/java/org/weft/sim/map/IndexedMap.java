package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;

/**
 * Arrays of all kinds ({@code kernel/bpf/arraymap.c, devmap.c, cpumap.c, net/xdp/xskmap.c}): the
 * key is an index of four bytes. In arrays of values every entry exists; in the others (devices,
 * CPUs, sockets, perf events, programs, maps) one whose first four bytes are zero does not.
 */
final class IndexedMap extends SoftMap {
  private final int entries;
  private final boolean sparse;

  IndexedMap(MapDefinition definition, int cpus) {
    super(definition, cpus);
    entries = (int) definition.maxEntries();
    sparse =
        switch (definition.type()) {
          case ARRAY, PERCPU_ARRAY -> false;
          default -> true;
        };
    long bytes = (long) entries * this.cpus * stride;
    try {
      values = new byte[Math.toIntExact(bytes)];
    } catch (OutOfMemoryError e) {
      throw new InputException(
          "map "
              + definition.name()
              + ": no memory for "
              + bytes
              + " bytes; give Java more (-Xmx) or lower max_entries",
          e);
    }
    fill();
  }

  private void fill() {
    byte[] data = definition().data().toArray();
    System.arraycopy(data, 0, values, 0, data.length);
  }

  /** Back to the initial contents. */
  void reset() {
    Arrays.fill(values, (byte) 0);
    fill();
  }

  /** All values become zero. */
  void clear() {
    Arrays.fill(values, (byte) 0);
  }

  /** Sets the value of an index to zeros, for all CPUs. */
  void clear(byte[] key) {
    if (isInside(key, 0)) {
      int at = offset((int) Little.INT.get(key, 0), 0);
      Arrays.fill(values, at, at + cpus * stride, (byte) 0);
    }
  }

  private boolean isInside(byte[] key, int keyOffset) {
    return Integer.compareUnsigned((int) Little.INT.get(key, keyOffset), entries) < 0;
  }

  @Override
  public boolean isIndexed() {
    return true;
  }

  @Override
  int find(byte[] key, int keyOffset) {
    int index = (int) Little.INT.get(key, keyOffset);
    return Integer.compareUnsigned(index, entries) < 0 && (!sparse || isOccupied(index))
        ? index
        : -1;
  }

  @Override
  int check(byte[] key, int keyOffset, long flags) {
    if (Long.compareUnsigned(flags & ~LOCK_FLAG, EXIST_FLAG) > 0) {
      return EINVAL;
    }
    if (!isInside(key, keyOffset)) {
      return E2BIG;
    }
    if ((flags & NOEXIST_FLAG) != 0) {
      return EEXIST;
    }
    return lacksLock(flags) ? EINVAL : 0;
  }

  @Override
  int place(byte[] key, int keyOffset, long flags, int cpu) {
    return (int) Little.INT.get(key, keyOffset);
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    if (!sparse) {
      return EINVAL;
    }
    int slot = find(key, keyOffset);
    if (slot < 0) {
      return ENOENT;
    }
    Arrays.fill(values, slot * stride, (slot + 1) * stride, (byte) 0);
    return 0;
  }

  @Override
  public int slots() {
    return entries;
  }

  @Override
  boolean isOccupied(int slot) {
    if (sparse) {
      return (int) Little.INT.get(values, slot * stride) != 0;
    }
    int bytes = cpus * stride;
    for (int at = slot * bytes; at < (slot + 1) * bytes; at += 8) {
      if ((long) Little.LONG.get(values, at) != 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  byte[] key(int slot) {
    byte[] key = new byte[4];
    Little.INT.set(key, 0, slot);
    return key;
  }
}
