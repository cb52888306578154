package org.weft.sim.map;

/**
 * The hash of keys: a CRC of 64 bits (polynomial of ECMA-182, bits reflected, from zero, without a
 * last exclusive or) over the key's words of eight bytes, little-endian, the last filled up with
 * zeros, to each of which the seed has been added; then two additions and shifts, without which
 * keys that count up fill some buckets sooner than others. Keys that collide in a CRC do so
 * whatever it starts from; whoever does not know what is added cannot write such keys down.
 */
public final class KeyHash {
  private static final long POLYNOMIAL = 0xC96C5795D7870F42L;

  /** By place of the byte in its word: what the byte does to the hash. */
  private static final long[][] TABLE = new long[8][256];

  static {
    for (int value = 0; value < 256; value++) {
      long crc = value;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ (POLYNOMIAL & -(crc & 1));
      }
      TABLE[7][value] = crc;
    }
    for (int place = 6; place >= 0; place--) {
      for (int value = 0; value < 256; value++) {
        long after = TABLE[place + 1][value];
        TABLE[place][value] = (after >>> 8) ^ TABLE[7][(int) after & 0xff];
      }
    }
  }

  private KeyHash() {}

  /** The hash of a key in a map with this seed. */
  public static long of(byte[] key, int offset, int bytes, long seed) {
    return mixed(crc(key, offset, bytes, seed));
  }

  static long crc(byte[] key, int offset, int bytes, long seed) {
    long hash = 0;
    int at = 0;
    for (; at <= bytes - 8; at += 8) {
      hash = step(hash, (long) Little.LONG.get(key, offset + at) + seed);
    }
    if (at < bytes) {
      long word = 0;
      for (int i = bytes - 1; i >= at; i--) {
        word = word << 8 | key[offset + i] & 0xff;
      }
      hash = step(hash, word + seed);
    }
    return hash;
  }

  private static long mixed(long crc) {
    long hash = crc + (crc << 21);
    hash ^= hash >>> 24;
    hash += hash << 8;
    return hash ^ hash >>> 28;
  }

  private static long step(long hash, long word) {
    long x = hash ^ word;
    return TABLE[0][(int) x & 0xff]
        ^ TABLE[1][(int) (x >>> 8) & 0xff]
        ^ TABLE[2][(int) (x >>> 16) & 0xff]
        ^ TABLE[3][(int) (x >>> 24) & 0xff]
        ^ TABLE[4][(int) (x >>> 32) & 0xff]
        ^ TABLE[5][(int) (x >>> 40) & 0xff]
        ^ TABLE[6][(int) (x >>> 48) & 0xff]
        ^ TABLE[7][(int) (x >>> 56)];
  }
}
