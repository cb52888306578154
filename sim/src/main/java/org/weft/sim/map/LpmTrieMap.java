package org.weft.sim.map;

import java.util.Arrays;
import org.weft.isa.xdp.MapDefinition;

/**
 * Longest-prefix match ({@code kernel/bpf/lpm_trie.c}). A key is a prefix length of four bytes and
 * data in network order. Prefixes stand in a hash map under their masked key; a lookup tries the
 * lengths that occur, longest first.
 */
final class LpmTrieMap extends SoftMap {
  private static final int LENGTH_BYTES = 4;

  private final HashedMap prefixes;
  private final int[] countOfLength;
  private final byte[] masked;

  /** Keys as they were given; Linux keeps the bits behind the prefix. */
  private byte[][] originals = new byte[16][];

  LpmTrieMap(MapDefinition definition, int cpus) {
    super(definition, cpus);
    prefixes = new HashedMap(definition, cpus, HashedMap.Reuse.FIRST_FREED);
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

  @Override
  int check(byte[] key, int keyOffset, long flags) {
    return Long.compareUnsigned(flags, EXIST_FLAG) > 0 || !isValid(key, keyOffset) ? EINVAL : 0;
  }

  @Override
  int place(byte[] key, int keyOffset, long flags, int cpu) {
    int length = (int) Little.INT.get(key, keyOffset);
    mask(key, keyOffset, length);
    boolean exists = prefixes.find(masked, 0) >= 0;
    int slot = prefixes.place(masked, 0, flags, cpu);
    if (slot < 0) {
      return slot == E2BIG ? ENOSPC : slot;
    }
    values = prefixes.values;
    countOfLength[length] += exists ? 0 : 1;
    if (slot >= originals.length) {
      originals = Arrays.copyOf(originals, Math.max(slot + 1, 2 * originals.length));
    }
    originals[slot] = Arrays.copyOfRange(key, keyOffset, keyOffset + keyBytes);
    return slot;
  }

  @Override
  public int delete(byte[] key, int keyOffset) {
    if (!isValid(key, keyOffset)) {
      return EINVAL;
    }
    int length = (int) Little.INT.get(key, keyOffset);
    mask(key, keyOffset, length);
    int error = prefixes.delete(masked, 0);
    countOfLength[length] -= error == 0 ? 1 : 0;
    return error;
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
