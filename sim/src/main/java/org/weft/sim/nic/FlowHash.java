package org.weft.sim.nic;

import java.util.zip.CRC32C;

/** The hash by which packets of a flow come to the same logical CPU. */
final class FlowHash {
  private static final int ETHERNET_BYTES = 14;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private FlowHash() {}

  /**
   * CRC-32C over the exclusive or of both addresses, the protocol and, for whole TCP and UDP
   * packets, the exclusive or of both ports, so that both directions of a flow have the same; over
   * that of the MAC addresses of all that is neither IPv4 nor IPv6. 31 bits.
   */
  static int of(byte... bytes) {
    int at = ETHERNET_BYTES;
    int type = number(bytes, at - 2);
    CRC32C crc = new CRC32C();
    if (type == IPV4 && bytes.length - at >= 20) {
      both(crc, bytes, at + 12, 4);
      boolean fragment = (number(bytes, at + 6) & 0x3fff) != 0;
      ports(crc, bytes, bytes[at + 9], fragment ? -1 : at + (bytes[at] & 15) * 4);
    } else if (type == IPV6 && bytes.length - at >= 40) {
      both(crc, bytes, at + 8, 16);
      ports(crc, bytes, bytes[at + 6], at + 40);
    } else {
      both(crc, bytes, 0, 6);
    }
    return (int) crc.getValue() & 0x7fff_ffff;
  }

  private static void both(CRC32C crc, byte[] bytes, int at, int size) {
    for (int i = 0; i < size; i++) {
      crc.update(bytes[at + i] ^ bytes[at + size + i]);
    }
  }

  private static void ports(CRC32C crc, byte[] bytes, int protocol, int at) {
    crc.update(protocol);
    if ((protocol == TCP || protocol == UDP) && at >= 0 && at + 4 <= bytes.length) {
      both(crc, bytes, at, 2);
    }
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }
}
