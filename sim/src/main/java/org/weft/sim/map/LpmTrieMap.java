package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/**
 * Longest-prefix match. A key is a prefix length of four bytes and data in network order. Prefixes
 * stand in a hash map under their masked key; a lookup tries the lengths that occur, longest first.
 */
final class LpmTrieMap extends SoftMap {
  private static final int LENGTH_BYTES = 4;

  private final HashedMap prefixes;
  private final int[] countOfLength;
  private final byte[] masked;
  private byte[][] originals = new byte[16][];

  LpmTrieMap(MapDefinition definition, int cpus) {
    super(definition, cpus);
    prefixes = new HashedMap(definition, cpus);
    countOfLength = new int[8 * (keyBytes - LENGTH_BYTES) + 1];
    masked = new byte[keyBytes];
    values = prefixes.values;
  }

  private boolean isValid(byte[] key, int keyOffset) {
    int length = (int) Little.INT.get(key, keyOffset);
    return Integer.compareUnsigned(length, countOfLength.length) < 0;
  }

  private void mask(byte[] key, int keyOffset, int length) {
    Little.INT.set(masked, 0, length);
    int whole = length / 8;
    System.arraycopy(key, keyOffset + LENGTH_BYTES, masked, LENGTH_BYTES, whole);
    int at = LENGTH_BYTES + whole;
    if (length % 8 != 0) {
      masked[at] = (byte) (key[keyOffset + at] & 0xff00 >> length % 8);
      at++;
    }
    Arrays.fill(masked, at, keyBytes, (byte) 0);
  }

  @Override
  int find(byte[] key, int keyOffset) {
    if (!isValid(key, keyOffset)) {
      return -1;
    }
    for (int length = (int) Little.INT.get(key, keyOffset); length >= 0; length--) {
      if (countOfLength[length] > 0) {
        mask(key, keyOffset, length);
        int slot = prefixes.find(masked, 0);
        if (slot >= 0) {
          return slot;
        }
      }
    }
    return -1;
  }

  private int exact(byte[] key, int keyOffset) {
    mask(key, keyOffset, (int) Little.INT.get(key, keyOffset));
    return prefixes.find(masked, 0);
  }

  @Override
  public int update(byte[] key, int keyOffset, byte[] value, int valueOffset, long flags, int cpu) {
    if (flags < 0 || flags > 2 || !isValid(key, keyOffset)) {
      return EINVAL;
    }
    int slot = exact(key, keyOffset);
    if (slot >= 0 && flags == 1) {
      return EEXIST;
    }
    if (slot < 0) {
      if (flags == 2) {
        return ENOENT;
      }
      slot = insert(key, keyOffset);
      if (slot < 0) {
        return slot;
      }
    }
    originals[slot] = Arrays.copyOfRange(key, keyOffset, keyOffset + keyBytes);
    System.arraycopy(value, valueOffset, values, offset(slot, cpu), valueBytes);
    return 0;
  }

  @Override
  int insert(byte[] key, int keyOffset) {
    int length = (int) Little.INT.get(key, keyOffset);
    mask(key, keyOffset, length);
    int slot = prefixes.insert(masked, 0);
    if (slot < 0) {
      return -28; // ENOSPC
    }
    values = prefixes.values;
    countOfLength[length]++;
    if (slot >= originals.length) {
      originals = Arrays.copyOf(originals, 2 * originals.length);
    }
    return slot;
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    if (!isValid(key, keyOffset)) {
      return EINVAL;
    }
    if (exact(key, keyOffset) < 0) {
      return ENOENT;
    }
    countOfLength[(int) Little.INT.get(key, keyOffset)]--;
    return prefixes.delete(masked, 0);
  }

  @Override
  int slots() {
    return prefixes.slots();
  }

  @Override
  boolean isOccupied(int slot) {
    return prefixes.isOccupied(slot);
  }

  @Override
  byte[] key(int slot) {
    return originals[slot].clone();
  }
}
