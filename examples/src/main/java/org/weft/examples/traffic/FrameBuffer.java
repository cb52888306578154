package org.weft.examples.traffic;

import java.util.SplittableRandom;

/** A frame that grows at its end. Numbers are written in network byte order. */
final class FrameBuffer {
  /** Room for the longest frame that an XDP program can get, and to spare. */
  static final int CAPACITY = 4096;

  final byte[] bytes = new byte[CAPACITY];
  int length;

  FrameBuffer put8(int value) {
    bytes[length++] = (byte) value;
    return this;
  }

  FrameBuffer put16(int value) {
    return put8(value >> 8).put8(value);
  }

  FrameBuffer put32(int value) {
    return put16(value >> 16).put16(value);
  }

  FrameBuffer put48(long value) {
    return put16((int) (value >> 32)).put32((int) value);
  }

  FrameBuffer zeros(int count) {
    for (int i = 0; i < count; i++) {
      put8(0);
    }
    return this;
  }

  FrameBuffer noise(int count, SplittableRandom random) {
    for (int i = 0; i < count; i++) {
      put8(random.nextInt());
    }
    return this;
  }

  int get8(int at) {
    return Byte.toUnsignedInt(bytes[at]);
  }

  int get16(int at) {
    return get8(at) << 8 | get8(at + 1);
  }

  void set8(int at, int value) {
    bytes[at] = (byte) value;
  }

  void set16(int at, int value) {
    set8(at, value >> 8);
    set8(at + 1, value);
  }

  /** Shortens the frame, or fills it up with zeros. */
  void resize(int newLength) {
    if (newLength > length) {
      zeros(newLength - length);
    }
    length = newLength;
  }

  /** The Internet checksum (RFC 1071) of bytes, begun with a sum of 16-bit words. */
  int checksum(int from, int to, int start) {
    return ~sum(from, to, start) & 0xffff;
  }

  /** The ones' complement sum of 16-bit words; an odd last byte counts as if a zero followed. */
  int sum(int from, int to, int start) {
    int sum = start;
    for (int at = from; at < to; at += 2) {
      sum += get8(at) << 8 | (at + 1 < to ? get8(at + 1) : 0);
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }
}
