package org.weft.examples.traffic;

import java.util.function.Consumer;

/** Kinds of traffic. All but the last five are what a standard-conforming sender may send. */
public enum TrafficKind {
  /** IPv4 UDP with right checksums. */
  UDP(GoodTraffic::udp),
  /** IPv4 TCP with all sorts of flags, sensible or not, with and without options. */
  TCP(GoodTraffic::tcp),
  /** Mostly TCP connection requests, from four sources and without pause. */
  SYN_FLOOD(GoodTraffic::synFlood),
  /** One to three tags of 802.1Q and 802.1ad before IPv4, IPv6 or ARP. */
  VLAN(GoodTraffic::vlan),
  /** IPv4 headers of 24 to 60 bytes. */
  IPV4_OPTIONS(GoodTraffic::ipv4Options),
  /** IPv6 with UDP or TCP right behind it. */
  IPV6(GoodTraffic::ipv6),
  /** IPv6 with one to four extension headers. */
  IPV6_EXTENSIONS(GoodTraffic::ipv6Extensions),
  /** ICMP: echo, unreachable with a quoted packet, redirect, time exceeded. */
  ICMP(GoodTraffic::icmp),
  /** ICMPv6: echo, packet too big, neighbour discovery, redirect. */
  ICMPV6(GoodTraffic::icmpv6),
  /** ARP requests and replies. */
  ARP(GoodTraffic::arp),
  /** IPv4 fragments: first, middle and last. */
  FRAGMENTS(GoodTraffic::fragments),
  /** Frames of 1,514 bytes, the longest without tags. */
  FULL_SIZE(GoodTraffic::fullSize),
  /** Other protocols: tunnels, ESP, SCTP, and Ethernet types that nobody parses. */
  OTHER_PROTOCOLS(GoodTraffic::otherProtocols),
  /** Frames of the kinds above, cut to 14 to 64 bytes. */
  RUNTS(BadTraffic::runts),
  /** Length fields that do not fit, wrong versions, wrong checksums, lifetimes used up. */
  MALFORMED(BadTraffic::malformed),
  /** Random bytes behind an Ethernet header that is right. */
  NOISE(BadTraffic::noise),
  /** All of the above. */
  MIX(BadTraffic::mix),
  /** ICMP with wrong checksums, or cut. (Behind the mix, which stays as it was.) */
  BAD_ICMP(BadTraffic::icmp);

  private final Consumer<PacketBuilder> maker;

  TrafficKind(Consumer<PacketBuilder> maker) {
    this.maker = maker;
  }

  /** Builds one packet of this kind. */
  void make(PacketBuilder packet) {
    maker.accept(packet);
  }
}
