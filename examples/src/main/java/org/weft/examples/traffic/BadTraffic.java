package org.weft.examples.traffic;

/** Traffic that a program must survive. */
final class BadTraffic {
  private static final TrafficKind[] KINDS = TrafficKind.values();

  private BadTraffic() {}

  static void runts(PacketBuilder packet) {
    KINDS[packet.random.nextInt(TrafficKind.RUNTS.ordinal())].make(packet);
    packet.frame.resize(14 + packet.random.nextInt(51));
  }

  static void mix(PacketBuilder packet) {
    KINDS[packet.random.nextInt(TrafficKind.MIX.ordinal())].make(packet);
  }

  static void noise(PacketBuilder packet) {
    int type =
        packet.oneOf(
            PacketBuilder.IPV4,
            PacketBuilder.IPV4,
            PacketBuilder.IPV6,
            PacketBuilder.VLAN,
            PacketBuilder.SERVICE_VLAN,
            PacketBuilder.ARP,
            packet.random.nextInt(0x10000));
    packet.begin().ethernet(type);
    packet.frame.noise(packet.random.nextInt(200), packet.random);
    // A right first byte lets the noise get further.
    if (packet.chance(50) && packet.frame.length > 14) {
      packet.frame.set8(14, type == PacketBuilder.IPV6 ? 0x60 : 0x45);
    }
  }

  static void malformed(PacketBuilder packet) {
    switch (packet.random.nextInt(4)) {
      case 0 -> ipv4(packet);
      case 1 -> tcp(packet);
      case 2 -> udp(packet);
      default -> ipv6(packet);
    }
  }

  static void icmp(PacketBuilder packet) {
    GoodTraffic.icmp(packet);
    FrameBuffer frame = packet.frame;
    int icmp = packet.transportAt();
    switch (packet.random.nextInt(4)) {
      case 0 -> frame.resize(icmp + packet.random.nextInt(frame.length - icmp));
      case 1 -> frame.set8(frame.length - 1, frame.get8(frame.length - 1) ^ 0x40);
      default -> frame.set16(icmp + 2, frame.get16(icmp + 2) ^ 1 << packet.random.nextInt(16));
    }
  }

  private static void ipv4(PacketBuilder packet) {
    GoodTraffic.udp(packet);
    FrameBuffer frame = packet.frame;
    int ip = packet.ipAt();
    boolean mend = packet.chance(50);
    switch (packet.random.nextInt(7)) {
      case 0 -> frame.set8(ip, 0x40 | packet.random.nextInt(5));
      case 1 -> {
        // Options that reach past the end.
        frame.resize(ip + 28);
        frame.set8(ip, 0x4f);
        mend = false;
      }
      case 2 -> frame.set16(ip + 2, frame.length - ip + 1 + packet.random.nextInt(2000));
      case 3 -> frame.set16(ip + 2, packet.random.nextInt(28));
      case 4 -> frame.set8(ip, packet.oneOf(0x05, 0x55, 0x65, 0xf5));
      case 5 -> {
        frame.set16(ip + 10, frame.get16(ip + 10) ^ 1 << packet.random.nextInt(16));
        mend = false;
      }
      default -> frame.set8(ip + 8, packet.oneOf(0, 1));
    }
    if (mend) {
      packet.finishIpv4Header();
    }
  }

  private static void tcp(PacketBuilder packet) {
    GoodTraffic.tcp(packet);
    FrameBuffer frame = packet.frame;
    int doff = packet.transportAt() + 12;
    if (packet.chance(50)) {
      frame.set8(doff, packet.random.nextInt(5) << 4);
    } else {
      frame.resize(packet.transportAt() + 20 + packet.random.nextInt(20));
      frame.set8(doff, 0xf0);
    }
  }

  private static void udp(PacketBuilder packet) {
    GoodTraffic.udp(packet);
    FrameBuffer frame = packet.frame;
    int lengthAt = packet.transportAt() + 4;
    switch (packet.random.nextInt(4)) {
      case 0 -> frame.set16(lengthAt, packet.random.nextInt(8));
      case 1 -> frame.set16(lengthAt, frame.get16(lengthAt) + 1 + packet.random.nextInt(3000));
      case 2 -> frame.set16(lengthAt + 2, frame.get16(lengthAt + 2) ^ 1);
      default -> frame.set16(lengthAt + 2, 0);
    }
  }

  private static void ipv6(PacketBuilder packet) {
    GoodTraffic.ipv6Extensions(packet);
    FrameBuffer frame = packet.frame;
    int ip = packet.ipAt();
    switch (packet.random.nextInt(5)) {
      case 0 -> frame.set8(ip, packet.oneOf(0x40, 0x50, 0x70, 0));
      case 1 -> frame.set16(ip + 4, frame.length + packet.random.nextInt(3000));
      case 2 -> frame.set16(ip + 4, packet.random.nextInt(8));
      case 3 -> frame.set8(ip + 41, 128 + packet.random.nextInt(128));
      default -> frame.resize(ip + 40 + packet.random.nextInt(12));
    }
  }
}
