package org.weft.examples;

/** Numbers in packets, and the Internet checksum the plain way. */
final class Wire {
  private Wire() {}

  static int get8(byte[] bytes, int at) {
    return Byte.toUnsignedInt(bytes[at]);
  }

  static int get16(byte[] bytes, int at) {
    return get8(bytes, at) << 8 | get8(bytes, at + 1);
  }

  static int get32(byte[] bytes, int at) {
    return get16(bytes, at) << 16 | get16(bytes, at + 2);
  }

  static long get48(byte[] bytes, int at) {
    return (long) get16(bytes, at) << 32 | Integer.toUnsignedLong(get32(bytes, at + 2));
  }

  static long little64(byte[] bytes, int at) {
    long number = 0;
    for (int i = 7; i >= 0; i--) {
      number = number << 8 | get8(bytes, at + i);
    }
    return number;
  }

  /** Whether bytes that hold their own checksum sum up to all ones. */
  static boolean checks(byte[] bytes, int from, int to) {
    long sum = 0;
    for (int at = from; at < to; at += 2) {
      sum += at + 1 < to ? get16(bytes, at) : get8(bytes, at) << 8;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum == 0xffff;
  }
}
