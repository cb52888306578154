package org.weft.examples.traffic;

import java.util.SplittableRandom;

/**
 * Builds one packet of a flow after the other, header by header; {@link #finish} fills in lengths
 * and checksums. What a kind of traffic wants wrong it overwrites afterwards.
 */
final class PacketBuilder {
  static final int IPV4 = 0x0800;
  static final int ARP = 0x0806;
  static final int VLAN = 0x8100;
  static final int SERVICE_VLAN = 0x88a8;
  static final int IPV6 = 0x86dd;

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int FRAGMENT = 44;
  static final int ICMPV6 = 58;

  static final int DONT_FRAGMENT = 0x4000;
  static final int MORE_FRAGMENTS = 0x2000;

  private static final int MIN_FRAME = 60;
  private static final long INSIDE_MAC = 0x0200_0000_0001L;
  private static final long OUTSIDE_MAC = 0x0200_0000_00feL;
  private static final int[] TYPES_OF_SERVICE = {0, 0, 0, 0, 0xb8, 0x20, 0xc0, 0x02};

  final FrameBuffer frame = new FrameBuffer();
  final SplittableRandom random;

  private final int size;
  private final int flows;
  private Flow flow;
  private boolean outgoing;
  private int wantedSize;
  private int ipAt;
  private boolean ipv6;
  private int transportAt;
  private int transport;

  /**
   * A builder.
   *
   * @param size bytes of a frame, if its headers fit; 0 to vary
   */
  PacketBuilder(SplittableRandom random, int flows, int size) {
    this.random = random;
    this.flows = flows;
    this.size = size;
  }

  /** Begins a packet of a random flow, in one of its directions. */
  PacketBuilder begin() {
    flow = new Flow(random.nextInt(flows));
    outgoing = !flow.fromStranger() && random.nextInt(5) < 3;
    wantedSize = size;
    frame.length = 0;
    ipAt = -1;
    transportAt = -1;
    return this;
  }

  /** Begins a packet that a host inside sends first. */
  PacketBuilder beginOutgoing() {
    do {
      begin();
    } while (flow.fromStranger());
    outgoing = true;
    return this;
  }

  /** Makes this packet that long, whatever the others are. */
  PacketBuilder sized(int bytes) {
    wantedSize = bytes;
    return this;
  }

  int oneOf(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  PacketBuilder ethernet(int type) {
    frame.put48(outgoing ? OUTSIDE_MAC : INSIDE_MAC);
    frame.put48((outgoing ? INSIDE_MAC : OUTSIDE_MAC) + 0x100L * (flow.number() & 0xff));
    frame.put16(type);
    return this;
  }

  /** A VLAN tag: replaces the type just written by its own and repeats it behind the tag. */
  PacketBuilder tag(int tagType, int tci) {
    int type = frame.get16(frame.length - 2);
    frame.length -= 2;
    frame.put16(tagType).put16(tci).put16(type);
    return this;
  }

  PacketBuilder ipv4(int protocol, int fragment, int optionBytes) {
    ipAt = frame.length;
    ipv6 = false;
    frame.put8(0x40 | (5 + optionBytes / 4)).put8(oneOf(TYPES_OF_SERVICE)).put16(0);
    frame.put16(random.nextInt()).put16(fragment);
    frame.put8(oneOf(64, 64, 64, 128, 255, 2, 1)).put8(protocol).put16(0);
    frame.put32(outgoing ? flow.insideAddress() : flow.outsideAddress());
    frame.put32(outgoing ? flow.outsideAddress() : flow.insideAddress());
    ipv4Options(optionBytes);
    return transportIs(protocol);
  }

  /** Router alert first if there is room (RFC 2113), no-operation after it, an end. */
  private void ipv4Options(int bytes) {
    int left = bytes;
    if (left >= 4) {
      frame.put8(0x94).put8(4).put16(0);
      left -= 4;
    }
    for (; left > 1; left--) {
      frame.put8(1);
    }
    frame.zeros(left);
  }

  PacketBuilder ipv6(int nextHeader) {
    ipAt = frame.length;
    ipv6 = true;
    int trafficClass = oneOf(TYPES_OF_SERVICE);
    frame.put32(6 << 28 | trafficClass << 20 | random.nextInt(1 << 20));
    frame.put16(0).put8(nextHeader).put8(oneOf(64, 64, 255, 1));
    ipv6Address(outgoing);
    ipv6Address(!outgoing);
    return transportIs(nextHeader);
  }

  private void ipv6Address(boolean inside) {
    frame.put32(0x20010db8).put32(inside ? 0x00100000 : 0).put32(0);
    frame.put32(1 + (inside ? flow.number() : flow.server()));
  }

  /** The next header is this transport protocol's. */
  PacketBuilder transportIs(int protocol) {
    transport = protocol;
    transportAt = frame.length;
    return this;
  }

  private PacketBuilder ports() {
    frame.put16(outgoing ? flow.insidePort() : flow.outsidePort());
    frame.put16(outgoing ? flow.outsidePort() : flow.insidePort());
    return this;
  }

  PacketBuilder udp() {
    ports();
    frame.put16(0).put16(0);
    return payload();
  }

  PacketBuilder tcp(int flags, int optionBytes) {
    ports();
    frame.put32(random.nextInt()).put32(random.nextInt());
    frame.put8((5 + optionBytes / 4) << 4).put8(flags).put16(random.nextInt()).put16(0).put16(0);
    for (int i = 0; i < optionBytes; i++) {
      frame.put8(1);
    }
    return payload();
  }

  /** A header of ICMP or ICMPv6; what it carries follows. */
  PacketBuilder icmp(int type, int code, int rest) {
    frame.put8(type).put8(code).put16(0).put32(rest);
    return this;
  }

  /** The start of an IPv4 packet of this flow in the other direction, as ICMP errors quote it. */
  PacketBuilder quote(int protocol) {
    int at = frame.length;
    frame.put8(0x45).put8(0).put16(1400).put16(random.nextInt()).put16(DONT_FRAGMENT);
    frame.put8(60).put8(protocol).put16(0);
    frame.put32(outgoing ? flow.outsideAddress() : flow.insideAddress());
    frame.put32(outgoing ? flow.insideAddress() : flow.outsideAddress());
    frame.set16(at + 10, frame.checksum(at, at + 20, 0));
    frame.put16(outgoing ? flow.outsidePort() : flow.insidePort());
    frame.put16(outgoing ? flow.insidePort() : flow.outsidePort());
    frame.put32(random.nextInt());
    return this;
  }

  /** Random bytes up to the wanted size, or up to 200 of them. */
  PacketBuilder payload() {
    int bytes = wantedSize > 0 ? wantedSize - frame.length : random.nextInt(200);
    frame.noise(Math.max(0, bytes), random);
    return this;
  }

  /** An ARP request or reply for the flow's addresses (RFC 826). */
  PacketBuilder arp(int operation) {
    frame.put16(1).put16(IPV4).put8(6).put8(4).put16(operation);
    frame.put48(INSIDE_MAC).put32(flow.insideAddress());
    frame.put48(operation == 1 ? 0 : OUTSIDE_MAC).put32(flow.outsideAddress());
    return this;
  }

  /** Lengths and checksums; pads to the least that Ethernet carries. */
  void finish() {
    if (ipAt >= 0) {
      if (transportAt >= 0) {
        finishTransport();
      }
      if (ipv6) {
        frame.set16(ipAt + 4, frame.length - ipAt - 40);
      } else {
        frame.set16(ipAt + 2, frame.length - ipAt);
        finishIpv4Header();
      }
    }
    if (frame.length < MIN_FRAME) {
      frame.resize(MIN_FRAME);
    }
  }

  /** Makes the IPv4 header's checksum right again. */
  void finishIpv4Header() {
    int end = ipAt + 4 * (frame.get8(ipAt) & 0xf);
    frame.set16(ipAt + 10, 0);
    frame.set16(ipAt + 10, frame.checksum(ipAt, end, 0));
  }

  private void finishTransport() {
    int bytes = frame.length - transportAt;
    int addresses = ipv6 ? frame.sum(ipAt + 8, ipAt + 40, 0) : frame.sum(ipAt + 12, ipAt + 20, 0);
    int pseudo = addresses + transport + bytes;
    switch (transport) {
      case UDP -> {
        frame.set16(transportAt + 4, bytes);
        int sum = frame.checksum(transportAt, frame.length, pseudo);
        frame.set16(transportAt + 6, sum == 0 ? 0xffff : sum);
      }
      case TCP -> frame.set16(transportAt + 16, frame.checksum(transportAt, frame.length, pseudo));
      case ICMP -> frame.set16(transportAt + 2, frame.checksum(transportAt, frame.length, 0));
      case ICMPV6 ->
          frame.set16(transportAt + 2, frame.checksum(transportAt, frame.length, pseudo));
      default -> {
        // Nothing of ours.
      }
    }
  }

  /** Where the IP header begins. */
  int ipAt() {
    return ipAt;
  }

  /** Where the transport header begins. */
  int transportAt() {
    return transportAt;
  }
}
