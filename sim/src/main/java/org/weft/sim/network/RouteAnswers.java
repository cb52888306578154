package org.weft.sim.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.weft.sim.map.Little;

/**
 * What a table answers, by prefix: the longest that an address is in says all of it. A prefix
 * stands wherever the answer changes: at those of routes, at neighbours that a route on the link
 * leads to, at addresses of the system's own, and where another source is nearer.
 *
 * <pre>
 *  0 result | 1 family of the hop, bit 7: it is not known who that is | 2 MTU | 4 ifindex
 *  8 metric | 12 source of IPv4
 * 16 source and destination MAC address | 28 0
 * 32 address of the hop, 4 or 16 bytes
 * 48 source of IPv6
 * </pre>
 */
final class RouteAnswers {
  private static final int BYTES = 48;
  private static final int IPV6_BYTES = 64;
  private static final int HOP = 1;
  private static final byte UNKNOWN = (byte) 0x80;
  private static final int MTU = 2;
  private static final int IFINDEX = 4;
  private static final int METRIC = 8;
  private static final int SOURCE = 12;
  private static final int SOURCE_MAC = 16;
  private static final int DESTINATION_MAC = 22;
  private static final int ADDRESS = 32;
  private static final int IPV6_SOURCE = 48;

  private static final Prefix LOOPBACK_NET =
      new Prefix(new Address(false, (long) Network.LOOPBACK_NET << 56, 0), 8);

  private final Network network;
  private final FibLookup fib;
  private final boolean isIpv6;
  private final long table;
  private final int through;

  /** What the system keeps for itself. */
  private final List<Prefix> own = new ArrayList<>();

  /**
   * A table's.
   *
   * @param through the interface that unicast routes must lead to; 0 for any
   * @param hasOwn whether addresses of the system's own are found there, too
   */
  RouteAnswers(Network network, boolean isIpv6, long table, int through, boolean hasOwn) {
    this.network = network;
    fib = new FibLookup(network);
    this.isIpv6 = isIpv6;
    this.table = table;
    this.through = through;
    if (hasOwn) {
      for (Address address : network.own().keySet()) {
        own(Prefix.of(address), network.owner(address.isIpv6(), address.high(), address.low()));
      }
      own(LOOPBACK_NET, Link.LOOPBACK);
    }
  }

  private void own(Prefix prefix, int ifindex) {
    if (prefix.address().isIpv6() == isIpv6 && (through == 0 || through == ifindex)) {
      own.add(prefix);
    }
  }

  /** All of them. */
  Map<Prefix, byte[]> all() {
    TreeSet<Prefix> prefixes = new TreeSet<>(own);
    for (Route route : network.routes()) {
      if (route.table() == table && route.destination().isIpv6() == isIpv6) {
        prefixes.add(new Prefix(route.destination(), route.length()));
      }
    }
    Map<Prefix, byte[]> answers = new TreeMap<>();
    for (Prefix prefix : prefixes) {
      put(answers, prefix, route(prefix));
    }
    for (Neighbour neighbour : network.neighbours()) {
      putOnLink(answers, Prefix.of(neighbour.address()), neighbour.ifindex());
    }
    nearer().forEach(prefix -> putOnLink(answers, prefix, 0));
    return answers;
  }

  private boolean isOwn(Prefix prefix) {
    return own.stream().anyMatch(prefix::isIn);
  }

  private Route route(Prefix prefix) {
    RouteTable routes = network.table(isIpv6, table);
    Address address = prefix.address();
    return routes == null
        ? null
        : routes.find(address.high(), address.low(), through, prefix.length());
  }

  private void put(Map<Prefix, byte[]> answers, Prefix prefix, Route route) {
    if (isOwn(prefix)) {
      answers.put(prefix, failed(FibLookup.NOT_FORWARDED));
    } else if (route != null) {
      answers.put(prefix, answer(prefix, route));
    }
  }

  /** The answer for a prefix to which a route on the link leads, through an interface or any. */
  private void putOnLink(Map<Prefix, byte[]> answers, Prefix prefix, int ifindex) {
    Route route = prefix.address().isIpv6() == isIpv6 ? route(prefix) : null;
    if (route != null
        && route.type() == Route.Type.UNICAST
        && route.gateway() == null
        && (ifindex == 0 || route.ifindex() == ifindex)) {
      put(answers, prefix, route);
    }
  }

  /** Where addresses of the system's own part: from there on one of both is nearer. */
  private TreeSet<Prefix> nearer() {
    TreeSet<Prefix> prefixes = new TreeSet<>();
    List<Address> sorted =
        network.own().keySet().stream()
            .filter(address -> isIpv6 && address.isIpv6())
            .sorted(AddressIndex::sort)
            .toList();
    for (int i = 1; i < sorted.size(); i++) {
      Address a = sorted.get(i - 1);
      Address b = sorted.get(i);
      int same = Long.numberOfLeadingZeros(a.high() ^ b.high());
      same += same == 64 ? Long.numberOfLeadingZeros(a.low() ^ b.low()) : 0;
      prefixes.add(Prefix.of(a, same + 1));
      prefixes.add(Prefix.of(b, same + 1));
    }
    return prefixes;
  }

  private byte[] failed(int result) {
    byte[] answer = new byte[isIpv6 ? IPV6_BYTES : BYTES];
    answer[0] = (byte) result;
    return answer;
  }

  private byte[] answer(Prefix prefix, Route route) {
    return switch (route.type()) {
      case BLACKHOLE -> failed(FibLookup.BLACKHOLE);
      case UNREACHABLE -> failed(FibLookup.UNREACHABLE);
      case PROHIBIT -> failed(FibLookup.PROHIBIT);
      case UNICAST -> unicast(prefix, route);
    };
  }

  private byte[] unicast(Prefix prefix, Route route) {
    Link link = network.link(route.ifindex());
    Address gateway = route.gateway();
    Address hop = gateway == null && prefix.isHost() ? prefix.address() : gateway;
    long mac = hop == null ? -1 : network.mac(link.ifindex(), hop.isIpv6(), hop.high(), hop.low());
    byte[] answer = failed(0);
    int mtu = isIpv6 ? link.mtu() : Math.min(link.mtu(), FibLookup.MOST_IPV4_MTU);
    Little.SHORT.set(answer, MTU, (short) mtu);
    Little.INT.set(answer, IFINDEX, route.ifindex());
    Little.INT.set(answer, METRIC, (int) route.metric());
    if (mac < 0) {
      answer[HOP] = UNKNOWN;
    } else {
      mac(answer, SOURCE_MAC, link.mac());
      mac(answer, DESTINATION_MAC, mac);
    }
    if (hop != null) {
      answer[HOP] |= (byte) (hop.isIpv6() ? FibLookup.AF_INET6 : FibLookup.AF_INET);
      System.arraycopy(hop.bytes(), 0, answer, ADDRESS, hop.bytes().length);
    }
    if (isIpv6) {
      Address to = gateway == null ? prefix.address() : gateway;
      int bits = gateway == null ? prefix.length() : Address.bits(true);
      Address source = fib.ipv6Source(route, to.high(), to.low(), bits);
      System.arraycopy(source.bytes(), 0, answer, IPV6_SOURCE, source.bytes().length);
    } else {
      Address source = new Address(false, fib.ipv4Source(route), 0);
      System.arraycopy(source.bytes(), 0, answer, SOURCE, source.bytes().length);
    }
    return answer;
  }

  private static void mac(byte[] bytes, int at, long mac) {
    for (int i = 0; i < 6; i++) {
      bytes[at + i] = (byte) (mac >>> 40 - 8 * i);
    }
  }
}
