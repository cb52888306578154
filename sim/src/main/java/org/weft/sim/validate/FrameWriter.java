package org.weft.sim.validate;

import java.util.Arrays;

/** Writes one frame, header by header, in network byte order. */
final class FrameWriter {
  static final int IPV4 = 0x0800;
  static final int ARP = 0x0806;
  static final int VLAN = 0x8100;
  static final int SERVICE_VLAN = 0x88a8;
  static final int IPV6 = 0x86dd;

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMPV6 = 58;

  private byte[] bytes = new byte[256];
  private int length;

  FrameWriter put8(int value) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = (byte) value;
    return this;
  }

  FrameWriter put16(int value) {
    return put8(value >> 8).put8(value);
  }

  FrameWriter put32(int value) {
    return put16(value >> 16).put16(value);
  }

  FrameWriter put(byte... more) {
    for (byte b : more) {
      put8(b);
    }
    return this;
  }

  FrameWriter zeros(int count) {
    return put(new byte[count]);
  }

  byte[] bytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** Two addresses and a type. */
  FrameWriter ethernet(int type) {
    return put32(0x02000000).put16(0x0001).put32(0x02000000).put16(0x00fe).put16(type);
  }

  /** Puts a tag between the type that was written last and what comes before it. */
  FrameWriter tag(int tagType, int tci) {
    int type = (bytes[length - 2] & 0xff) << 8 | bytes[length - 1] & 0xff;
    length -= 2;
    return put16(tagType).put16(tci).put16(type);
  }

  /** A header whose length is set by {@link Checksums#complete}. */
  FrameWriter ipv4(int protocol, int fragment, int optionBytes) {
    put8(0x45 + optionBytes / 4).put8(0).put16(0).put16(0x1234).put16(fragment);
    put8(64).put8(protocol).put16(0).put32(0x0a000001).put32(0xc0000201);
    for (int i = 0; i < optionBytes; i++) {
      put8(i == optionBytes - 1 ? 0 : 1);
    }
    return this;
  }

  FrameWriter ipv6(int nextHeader) {
    put32(0x60000000).put16(0).put8(nextHeader).put8(64);
    put32(0x20010db8).zeros(11).put8(1);
    return put32(0x20010db8).zeros(10).put16(0x0201);
  }

  /** An IPv6 extension header of so many bytes, a multiple of eight. */
  FrameWriter extension(int nextHeader, int size) {
    return put8(nextHeader).put8(size / 8 - 1).put8(1).put8(size - 4).zeros(size - 4);
  }

  FrameWriter ipv6Fragment(int nextHeader, int offsetAndFlags) {
    return put8(nextHeader).put8(0).put16(offsetAndFlags).put32(7);
  }

  FrameWriter tcp(int sourcePort, int port, int flags, int optionBytes) {
    put16(sourcePort).put16(port).put32(0x01020304).put32(0x05060708);
    put8((5 + optionBytes / 4) << 4).put8(flags).put16(0x2000).put32(0);
    for (int i = 0; i < optionBytes; i += 4) {
      put32(i == 0 ? 0x020405b4 : 0x01010101);
    }
    return this;
  }

  FrameWriter udp(int sourcePort, int port) {
    return put16(sourcePort).put16(port).put32(0);
  }

  FrameWriter icmp(int type, int code) {
    return put8(type).put8(code).put16(0).put32(0x00010001);
  }
}
