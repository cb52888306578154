package org.weft.sim.validate;

/** Lengths and checksums of IPv4, IPv6, TCP, UDP and ICMP in a frame that may be anything. */
final class Checksums {
  private static final int MAX_TAGS = 4;

  private Checksums() {}

  /** Sets lengths and checksums, as far as the frame has the headers. */
  static void complete(byte[] frame) {
    int ip = network(frame);
    if (ip < 0) {
      return;
    }
    int version = (frame[ip] & 0xff) >> 4;
    if (version == 4 && ip + 20 <= frame.length) {
      set(frame, ip + 2, frame.length - ip);
      int header = 4 * (frame[ip] & 15);
      if (header >= 20 && ip + header <= frame.length) {
        set(frame, ip + 10, 0);
        set(frame, ip + 10, ~fold(sum(frame, ip, header)));
        transport(frame, ip + header, frame[ip + 9], sum(frame, ip + 12, 8));
      }
    } else if (version == 6 && ip + 40 <= frame.length) {
      set(frame, ip + 4, frame.length - ip - 40);
      transport(frame, ip + 40, frame[ip + 6], sum(frame, ip + 8, 32));
    }
  }

  /** Where the network header begins, or -1. */
  private static int network(byte[] frame) {
    int at = 12;
    for (int tags = 0; tags <= MAX_TAGS && at + 3 <= frame.length; tags++) {
      int type = get(frame, at);
      if (type != FrameWriter.VLAN && type != FrameWriter.SERVICE_VLAN) {
        boolean isIp = type == FrameWriter.IPV4 || type == FrameWriter.IPV6;
        return isIp ? at + 2 : -1;
      }
      at += 4;
    }
    return -1;
  }

  private static void transport(byte[] frame, int at, int protocol, long addresses) {
    int length = frame.length - at;
    int field =
        switch (protocol) {
          case FrameWriter.TCP -> 16;
          case FrameWriter.UDP -> 6;
          case FrameWriter.ICMP, FrameWriter.ICMPV6 -> 2;
          default -> -1;
        };
    if (field < 0 || length < field + 2) {
      return;
    }
    if (protocol == FrameWriter.UDP) {
      set(frame, at + 4, length);
    }
    set(frame, at + field, 0);
    long pseudo = protocol == FrameWriter.ICMP ? 0 : addresses + protocol + length;
    int checksum = ~fold(pseudo + sum(frame, at, length)) & 0xffff;
    boolean none = protocol == FrameWriter.UDP && checksum == 0;
    set(frame, at + field, none ? 0xffff : checksum);
  }

  private static int get(byte[] frame, int at) {
    return (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff;
  }

  private static void set(byte[] frame, int at, int value) {
    frame[at] = (byte) (value >> 8);
    frame[at + 1] = (byte) value;
  }

  private static long sum(byte[] frame, int from, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (frame[from + i] & 0xffL) << (i % 2 == 0 ? 8 : 0);
    }
    return sum;
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }
}
