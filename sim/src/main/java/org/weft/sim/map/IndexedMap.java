package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/**
 * Arrays of all kinds: the key is an index of four bytes. In arrays of values every entry exists;
 * in the others (devices, CPUs, sockets, programs, maps) one whose first four bytes are zero does
 * not.
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
    values = new byte[Math.multiplyExact(Math.multiplyExact(entries, this.cpus), stride)];
    if (definition.data().length() > 0) {
      byte[] data = definition.data().toArray();
      System.arraycopy(data, 0, values, 0, data.length);
    }
  }

  @Override
  int find(byte[] key, int keyOffset) {
    int index = (int) Little.INT.get(key, keyOffset);
    return Integer.compareUnsigned(index, entries) < 0 && (!sparse || isOccupied(index))
        ? index
        : -1;
  }

  @Override
  int insert(byte[] key, int keyOffset) {
    int index = (int) Little.INT.get(key, keyOffset);
    return Integer.compareUnsigned(index, entries) < 0 ? index : E2BIG;
  }

  @Override
  public int update(byte[] key, int keyOffset, byte[] value, int valueOffset, long flags, int cpu) {
    int index = (int) Little.INT.get(key, keyOffset);
    if (flags >= 0 && flags <= 2 && Integer.compareUnsigned(index, entries) >= 0) {
      return E2BIG;
    }
    if (sparse && flags == 1) {
      return EEXIST;
    }
    return super.update(key, keyOffset, value, valueOffset, sparse ? 0 : flags, cpu);
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
  int slots() {
    return entries;
  }

  @Override
  boolean isOccupied(int slot) {
    if (sparse) {
      return (int) Little.INT.get(values, slot * stride) != 0;
    }
    for (int i = slot * cpus * stride; i < (slot + 1) * cpus * stride; i++) {
      if (values[i] != 0) {
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
