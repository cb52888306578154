package org.weft.examples.traffic;

import static org.weft.examples.traffic.PacketBuilder.DONT_FRAGMENT;
import static org.weft.examples.traffic.PacketBuilder.MORE_FRAGMENTS;

/** Traffic as senders that keep to the standards make it. */
final class GoodTraffic {
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int PSH = 8;
  private static final int ACK = 16;
  private static final int URG = 32;
  private static final int EVERY_FLAG = 0xff;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION = 60;

  private GoodTraffic() {}

  static void udp(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.IPV4);
    packet.ipv4(PacketBuilder.UDP, packet.oneOf(0, DONT_FRAGMENT), 0).udp().finish();
  }

  static void tcp(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.IPV4).ipv4(PacketBuilder.TCP, DONT_FRAGMENT, 0);
    packet.tcp(tcpFlags(packet), packet.oneOf(0, 0, 12, 20, 40)).finish();
  }

  private static int tcpFlags(PacketBuilder packet) {
    return packet.oneOf(
        SYN,
        SYN,
        SYN | ACK,
        ACK,
        ACK,
        ACK,
        PSH | ACK,
        PSH | ACK,
        FIN | ACK,
        RST,
        RST | ACK,
        URG | ACK,
        SYN | FIN,
        0,
        EVERY_FLAG);
  }

  static void synFlood(PacketBuilder packet) {
    packet.beginOutgoing().ethernet(PacketBuilder.IPV4);
    packet.ipv4(PacketBuilder.TCP, DONT_FRAGMENT, 0);
    // Four sources, many ports.
    packet.frame.set16(packet.ipAt() + 12, 0x0a00);
    packet.frame.set16(packet.ipAt() + 14, packet.oneOf(1, 2, 3, 5));
    packet.tcp(packet.chance(90) ? SYN : tcpFlags(packet), packet.oneOf(0, 20));
    packet.frame.set16(packet.transportAt(), 1024 + packet.random.nextInt(60000));
    packet.finish();
  }

  static void vlan(PacketBuilder packet) {
    int inner = packet.oneOf(PacketBuilder.IPV4, PacketBuilder.IPV6, PacketBuilder.ARP);
    packet.begin().ethernet(inner);
    // Pushed from the inside out, so the outermost comes last.
    for (int left = packet.oneOf(1, 1, 2, 2, 3); left > 0; left--) {
      int tagType =
          packet.oneOf(PacketBuilder.VLAN, PacketBuilder.VLAN, PacketBuilder.SERVICE_VLAN);
      int vid = packet.oneOf(0, 10, 10, 20, 20, 30, 40, 4095);
      pushOutermost(packet, tagType, packet.random.nextInt(8) << 13 | vid);
    }
    switch (inner) {
      case PacketBuilder.IPV4 -> ipv4Transport(packet, 0, 0);
      case PacketBuilder.IPV6 -> ipv6Transport(packet);
      default -> packet.arp(packet.oneOf(1, 2));
    }
    packet.finish();
  }

  private static void pushOutermost(PacketBuilder packet, int tagType, int tci) {
    FrameBuffer frame = packet.frame;
    System.arraycopy(frame.bytes, 12, frame.bytes, 16, frame.length - 12);
    frame.set16(12, tagType);
    frame.set16(14, tci);
    frame.length += 4;
  }

  private static void ipv4Transport(PacketBuilder packet, int fragment, int optionBytes) {
    if (packet.chance(50)) {
      packet.ipv4(PacketBuilder.UDP, fragment, optionBytes).udp();
    } else {
      packet.ipv4(PacketBuilder.TCP, fragment, optionBytes).tcp(tcpFlags(packet), 0);
    }
  }

  private static void ipv6Transport(PacketBuilder packet) {
    if (packet.chance(50)) {
      packet.ipv6(PacketBuilder.UDP).udp();
    } else {
      packet.ipv6(PacketBuilder.TCP).tcp(tcpFlags(packet), 0);
    }
  }

  static void ipv4Options(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.IPV4);
    ipv4Transport(packet, 0, 4 * (1 + packet.random.nextInt(10)));
    packet.finish();
  }

  static void ipv6(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.IPV6);
    ipv6Transport(packet);
    packet.finish();
  }

  static void ipv6Extensions(PacketBuilder packet) {
    int count = 1 + packet.random.nextInt(4);
    int[] chain = new int[count + 1];
    for (int i = 0; i < count; i++) {
      chain[i] =
          packet.oneOf(HOP_BY_HOP, ROUTING, DESTINATION, PacketBuilder.FRAGMENT, AUTHENTICATION);
    }
    chain[count] = packet.oneOf(PacketBuilder.UDP, PacketBuilder.TCP, PacketBuilder.ICMPV6);
    packet.begin().ethernet(PacketBuilder.IPV6).ipv6(chain[0]);
    for (int i = 0; i < count; i++) {
      extension(packet, chain[i], chain[i + 1]);
    }
    packet.transportIs(chain[count]);
    switch (chain[count]) {
      case PacketBuilder.UDP -> packet.udp();
      case PacketBuilder.TCP -> packet.tcp(tcpFlags(packet), 0);
      default -> packet.icmp(128, 0, packet.random.nextInt()).payload();
    }
    packet.finish();
  }

  private static void extension(PacketBuilder packet, int type, int next) {
    FrameBuffer frame = packet.frame;
    frame.put8(next);
    switch (type) {
      case PacketBuilder.FRAGMENT -> {
        // One in three is a later fragment.
        int offset = packet.oneOf(0, 0, 185) << 3 | packet.oneOf(0, 1);
        frame.put8(0).put16(offset).put32(packet.random.nextInt());
      }
      case AUTHENTICATION -> frame.put8(4).zeros(2).noise(20, packet.random);
      default -> {
        int units = packet.random.nextInt(3);
        // PadN over all of it (RFC 8200); as a routing header it has no segments left.
        frame.put8(units).put8(1).put8(4 + 8 * units).zeros(4 + 8 * units);
      }
    }
  }

  static void icmp(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.IPV4).ipv4(PacketBuilder.ICMP, 0, 0);
    switch (packet.random.nextInt(6)) {
      case 0, 1 -> packet.icmp(8, 0, packet.random.nextInt()).payload();
      case 2 -> packet.icmp(0, 0, packet.random.nextInt()).payload();
      case 3 -> packet.icmp(3, 4, 1400).quote(packet.oneOf(PacketBuilder.TCP, PacketBuilder.UDP));
      case 4 -> packet.icmp(5, 1, 0x0a0000fe).quote(PacketBuilder.TCP);
      default -> packet.icmp(11, 0, 0).quote(PacketBuilder.UDP);
    }
    packet.finish();
  }

  static void icmpv6(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.IPV6).ipv6(PacketBuilder.ICMPV6);
    switch (packet.random.nextInt(5)) {
      case 0 -> packet.icmp(128, 0, packet.random.nextInt()).payload();
      case 1 -> packet.icmp(129, 0, packet.random.nextInt()).payload();
      case 2 -> packet.icmp(2, 0, 1280).payload();
      case 3 -> {
        packet.icmp(135, 0, 0);
        packet.frame.noise(16, packet.random);
      }
      default -> {
        packet.icmp(137, 0, 0);
        packet.frame.noise(32, packet.random);
      }
    }
    packet.finish();
  }

  static void arp(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.ARP).arp(packet.oneOf(1, 2)).finish();
  }

  static void fragments(PacketBuilder packet) {
    packet.begin().ethernet(PacketBuilder.IPV4);
    int offset = packet.oneOf(0, 0, 185, 370);
    int more = offset == 0 || packet.chance(50) ? MORE_FRAGMENTS : 0;
    if (offset == 0) {
      ipv4Transport(packet, more, 0);
    } else {
      packet.ipv4(packet.oneOf(PacketBuilder.TCP, PacketBuilder.UDP), more | offset, 0);
      packet.payload().transportIs(0);
    }
    packet.finish();
  }

  static void fullSize(PacketBuilder packet) {
    if (packet.chance(75)) {
      packet.begin().sized(1514).ethernet(PacketBuilder.IPV4);
      ipv4Transport(packet, packet.chance(75) ? DONT_FRAGMENT : 0, packet.oneOf(0, 0, 0, 8));
    } else {
      packet.begin().sized(1514).ethernet(PacketBuilder.IPV6);
      ipv6Transport(packet);
    }
    packet.finish();
  }

  static void otherProtocols(PacketBuilder packet) {
    if (packet.chance(30)) {
      packet.begin().ethernet(packet.oneOf(0x8847, 0x88cc, 0x8863, 0x0100)).payload().finish();
      return;
    }
    int protocol = packet.oneOf(2, 4, 41, 47, 50, 132);
    if (packet.chance(60)) {
      packet.begin().ethernet(PacketBuilder.IPV4).ipv4(protocol, 0, 0).payload().finish();
    } else {
      packet.begin().ethernet(PacketBuilder.IPV6).ipv6(protocol).payload().finish();
    }
  }
}
