package org.weft.sim.network;

import org.weft.sim.map.Little;

/**
 * {@code bpf_fib_lookup} for XDP as in Linux 6.18 ({@code bpf_ipv4_fib_lookup} and {@code
 * bpf_ipv6_fib_lookup} in net/core/filter.c). {@code struct bpf_fib_lookup} comes in and goes out:
 *
 * <pre>
 *  0 family, l4_protocol | sport | dport | 6 tot_len, out: mtu_result
 *  8 ifindex             | 12 tos or flowinfo, out: rt_metric
 * 16 source, 4 or 16 bytes
 * 32 destination, 4 or 16 bytes; out: the next hop
 * 48 tbid, out: h_vlan_proto, h_vlan_TCI
 * 52 mark, out: 52 smac, 58 dmac
 * </pre>
 *
 * What is not reached is not written: a result other than success may have changed the first part.
 */
public final class FibLookup {
  /** Bytes of the structure. */
  public static final int PARAMETER_BYTES = 64;

  private static final int LENGTH = 6;
  private static final int IFINDEX = 8;
  private static final int METRIC = 12;
  private static final int SOURCE = 16;
  private static final int DESTINATION = 32;
  private static final int TABLE = 48;
  private static final int MARK = 52;
  private static final int SOURCE_MAC = 52;
  private static final int DESTINATION_MAC = 58;

  private static final int DIRECT_FLAG = 1;
  private static final int OUTPUT_FLAG = 2;
  private static final int SKIP_NEIGH_FLAG = 4;
  private static final int TBID_FLAG = 8;
  private static final int SRC_FLAG = 16;
  private static final int MARK_FLAG = 32;
  private static final int ALL_FLAGS = 63;

  private static final int SUCCESS = 0;
  static final int BLACKHOLE = 1;
  static final int UNREACHABLE = 2;
  static final int PROHIBIT = 3;
  static final int NOT_FORWARDED = 4;
  private static final int FORWARDING_DISABLED = 5;
  private static final int NO_NEIGHBOUR = 7;
  private static final int FRAGMENTATION_NEEDED = 8;

  private static final int EINVAL = -22;
  private static final int ENODEV = -19;
  private static final int EAFNOSUPPORT = -97;

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  private static final Address LOOPBACK = new Address(true, 0, 1);

  /** {@code IP_MAX_MTU}. */
  static final int MOST_IPV4_MTU = 0xfff0;

  private final Network network;

  /** Lookups in a network. */
  public FibLookup(Network network) {
    this.network = network;
  }

  /** Where the structure says which interface it is about. */
  public static int ifindex(byte[] parameters, int at) {
    return (int) Little.INT.get(parameters, at + IFINDEX);
  }

  /**
   * Looks up.
   *
   * @param bytes what the program says the structure has
   * @param link the interface that {@link #ifindex} names, or null when there is none
   * @return {@code BPF_FIB_LKUP_RET_*}, or a negative error number
   */
  public long lookup(byte[] parameters, int at, int bytes, int flags, Link link) {
    if (bytes < PARAMETER_BYTES || (flags & ~ALL_FLAGS) != 0) {
      return EINVAL;
    }
    return switch (parameters[at]) {
      case AF_INET -> lookup(false, parameters, at, flags, link);
      case AF_INET6 ->
          isLocalScope(parameters, at + DESTINATION) || isLocalScope(parameters, at + SOURCE)
              ? NOT_FORWARDED
              : lookup(true, parameters, at, flags, link);
      default -> EAFNOSUPPORT;
    };
  }

  /**
   * Whether an IPv6 address is a group's, link-local or the loopback's ({@code rt6_need_strict}).
   */
  private static boolean isLocalScope(byte[] bytes, int at) {
    long high = big(bytes, at);
    return high >>> 56 == 0xff
        || high >>> 54 == 0xfe80 >> 6
        || high == 0 && big(bytes, at + 8) == 1;
  }

  private long lookup(boolean isIpv6, byte[] parameters, int at, int flags, Link link) {
    if (link == null) {
      return ENODEV;
    }
    if (!link.forwards() || isIpv6 && !link.hasIpv6()) {
      return FORWARDING_DISABLED;
    }
    Route route = select(isIpv6, parameters, at, flags, link.ifindex());
    if (route == null) {
      return NOT_FORWARDED;
    }
    return switch (route.type()) {
      case BLACKHOLE -> BLACKHOLE;
      case UNREACHABLE -> UNREACHABLE;
      case PROHIBIT -> PROHIBIT;
      case UNICAST -> follow(route, isIpv6, parameters, at, flags);
    };
  }

  private Route select(boolean isIpv6, byte[] parameters, int at, int flags, int ifindex) {
    long high = big(parameters, at + DESTINATION);
    long low = isIpv6 ? big(parameters, at + DESTINATION + 8) : 0;
    high = isIpv6 ? high : high & Address.highMask(32);
    // IPv6 takes the interface for a wish.
    int through = !isIpv6 && (flags & OUTPUT_FLAG) != 0 ? ifindex : 0;
    int owner = network.owner(isIpv6, high, low);
    boolean isOwn = owner != 0 && (through == 0 || through == owner);
    if ((flags & DIRECT_FLAG) != 0) {
      long table = Route.MAIN;
      if ((flags & TBID_FLAG) != 0) {
        table = (int) Little.INT.get(parameters, at + TABLE) & 0xffffffffL;
        Little.INT.set(parameters, at + TABLE, 0);
        table = table == 0 ? Route.MAIN : table;
      }
      // While there are no rules, IPv4 keeps its own addresses in the main table, too.
      boolean isLocal = isOwn && !isIpv6 && table == Route.MAIN && network.rules().isEmpty();
      return isLocal ? null : find(isIpv6, table, high, low, through);
    }
    if (isOwn) {
      return null;
    }
    int mark = (flags & MARK_FLAG) != 0 ? (int) Little.INT.get(parameters, at + MARK) : 0;
    for (int i = 0; i < network.rules().size(); i++) {
      Rule rule = network.rules().get(i);
      if (((mark ^ rule.mark()) & rule.mask()) == 0) {
        Route route = find(isIpv6, rule.table(), high, low, through);
        if (route != null) {
          return route;
        }
      }
    }
    return find(isIpv6, Route.MAIN, high, low, through);
  }

  private Route find(boolean isIpv6, long table, long high, long low, int through) {
    RouteTable routes = network.table(isIpv6, table);
    return routes == null ? null : routes.find(high, low, through);
  }

  private long follow(Route route, boolean isIpv6, byte[] parameters, int at, int flags) {
    Link link = network.link(route.ifindex());
    int mtu = isIpv6 ? link.mtu() : Math.min(link.mtu(), MOST_IPV4_MTU);
    int length = (short) Little.SHORT.get(parameters, at + LENGTH) & 0xffff;
    if (length > mtu) {
      Little.SHORT.set(parameters, at + LENGTH, (short) mtu);
      return FRAGMENTATION_NEEDED;
    }
    Little.INT.set(parameters, at + METRIC, (int) route.metric());
    Little.INT.set(parameters, at + IFINDEX, route.ifindex());
    if (!isIpv6 && (flags & SRC_FLAG) != 0) {
      write(parameters, at + SOURCE, 4, ipv4Source(route), 0);
    }
    boolean isIpv6Hop = isIpv6;
    if (route.gateway() != null) {
      isIpv6Hop = route.gateway().isIpv6();
      parameters[at] = (byte) (isIpv6Hop ? AF_INET6 : AF_INET);
      Address gateway = route.gateway();
      int bytes = isIpv6Hop ? 16 : 4;
      write(parameters, at + DESTINATION, bytes, gateway.high(), gateway.low());
    }
    if (isIpv6 && (flags & SRC_FLAG) != 0) {
      long high = big(parameters, at + DESTINATION);
      Address source = ipv6Source(route, high, big(parameters, at + DESTINATION + 8), 128);
      write(parameters, at + SOURCE, 16, source.high(), source.low());
    }
    if ((flags & SKIP_NEIGH_FLAG) == 0) {
      long high = big(parameters, at + DESTINATION);
      long mac =
          isIpv6Hop
              ? network.mac(link.ifindex(), true, high, big(parameters, at + DESTINATION + 8))
              : network.mac(link.ifindex(), false, high & Address.highMask(32), 0);
      if (mac < 0) {
        return NO_NEIGHBOUR;
      }
      mac(parameters, at + DESTINATION_MAC, mac);
      mac(parameters, at + SOURCE_MAC, link.mac());
    }
    Little.INT.set(parameters, at + TABLE, 0);
    Little.SHORT.set(parameters, at + LENGTH, (short) mtu);
    return SUCCESS;
  }

  /** The route's source, or the interface's first address, or that of any; else 0. */
  long ipv4Source(Route route) {
    if (route.source() != null) {
      return route.source().high();
    }
    Address first = null;
    for (var own : network.own().entrySet()) {
      if (!own.getKey().isIpv6()) {
        if (own.getValue() == route.ifindex()) {
          return own.getKey().high();
        }
        first = first == null ? own.getKey() : first;
      }
    }
    return first == null ? 0 : first.high();
  }

  /**
   * The route's source, or of the interface's addresses, or else of all, the most like the hop; the
   * loopback's when there is no other.
   *
   * @param high the first half of the hop's address
   * @param bits so many of its bits are looked at
   */
  Address ipv6Source(Route route, long high, long low, int bits) {
    if (route.source() != null) {
      return route.source();
    }
    Address best = LOOPBACK;
    int bestScore = -1;
    for (var own : network.own().entrySet()) {
      if (own.getKey().isIpv6()) {
        int same = Long.numberOfLeadingZeros(own.getKey().high() ^ high);
        same += same == 64 ? Long.numberOfLeadingZeros(own.getKey().low() ^ low) : 0;
        int score = Math.min(same, bits) + (own.getValue() == route.ifindex() ? 256 : 0);
        if (score > bestScore) {
          best = own.getKey();
          bestScore = score;
        }
      }
    }
    return best;
  }

  private static long big(byte[] bytes, int at) {
    return Long.reverseBytes((long) Little.LONG.get(bytes, at));
  }

  private static void write(byte[] bytes, int at, int count, long high, long low) {
    for (int i = 0; i < count; i++) {
      bytes[at + i] = (byte) ((i < 8 ? high : low) >>> 56 - 8 * (i & 7));
    }
  }

  private static void mac(byte[] bytes, int at, long mac) {
    for (int i = 0; i < 6; i++) {
      bytes[at + i] = (byte) (mac >>> 40 - 8 * i);
    }
  }
}
