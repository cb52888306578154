package org.weft.sim.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.weft.isa.InputException;
import org.weft.sim.network.Address;
import org.weft.sim.network.Link;
import org.weft.sim.network.Neighbour;
import org.weft.sim.network.Network;
import org.weft.sim.network.Route;
import org.weft.sim.network.Rule;

/**
 * Makes the current thread's network namespace what a {@link Network} says. To be used on the
 * engine's thread.
 *
 * <pre>
 *  ifaddrmsg     family u8 | prefixlen u8 | flags u8 | scope u8 | index u32
 *  rtmsg         family u8 | dst_len u8 | src_len u8 | tos u8
 *                table u8 | protocol u8 | scope u8 | type u8 | flags u32
 *  ndmsg         family u8, pad | index s32 | state u16 | flags u8 | type u8
 *  fib_rule_hdr  family u8 | dst_len u8 | src_len u8 | tos u8 | table u8, 0, 0 | action u8 | flags u32
 * </pre>
 */
final class Routing {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int NEW_ADDRESS = 20;
  private static final int NEW_ROUTE = 24;
  private static final int NEW_NEIGHBOUR = 28;
  private static final int NEW_RULE = 32;

  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_FLAGS = 8;
  private static final int NO_DAD_NO_PREFIX_ROUTE = 0x202;

  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_PREFSRC = 7;
  private static final int RTA_TABLE = 15;
  private static final int RTA_VIA = 18;
  private static final int BY_HAND = 4;
  private static final int ON_LINK = 4;
  private static final int SCOPE_LINK = 253;

  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;
  private static final int PERMANENT = 0x80;

  private static final int FRA_PRIORITY = 6;
  private static final int FRA_FWMARK = 10;
  private static final int FRA_TABLE = 15;
  private static final int FRA_FWMASK = 16;
  private static final int TO_TABLE = 1;
  private static final int FIRST_PRIORITY = 1000;

  private final Netlink netlink;
  private final Interfaces interfaces;

  Routing(Netlink netlink, Interfaces interfaces) {
    this.netlink = netlink;
    this.interfaces = interfaces;
  }

  /**
   * Makes interfaces, addresses, routes, neighbours and rules.
   *
   * @param ifindex the interface of packets
   * @param queue its highest receive queue
   * @throws InputException when the kernel refuses one
   */
  void make(Network network, int ifindex, int queue) {
    if (network.links().isEmpty()) {
      return;
    }
    // Without the loopback's addresses Linux has no table of local ones, and refuses next hops.
    interfaces.make(network.links().getOrDefault(Link.LOOPBACK, Link.of(Link.LOOPBACK)), 0);
    for (Link link : network.links().values()) {
      if (link.ifindex() != Link.LOOPBACK) {
        interfaces.make(link, link.ifindex() == ifindex ? queue : 0);
      }
      if (link.forwards()) {
        forward(link);
      }
    }
    for (Map.Entry<Address, Integer> own : network.own().entrySet()) {
      address(own.getKey(), own.getValue());
    }
    network.routes().forEach(this::route);
    network.neighbours().forEach(this::neighbour);
    List<Rule> rules = network.rules();
    for (int i = 0; i < rules.size(); i++) {
      rule(rules.get(i), AF_INET, FIRST_PRIORITY + i);
      rule(rules.get(i), AF_INET6, FIRST_PRIORITY + i);
    }
  }

  private static void forward(Link link) {
    for (String family : List.of("ipv4", "ipv6")) {
      Path switched =
          Path.of("/proc/sys/net", family, "conf", Interfaces.name(link.ifindex()), "forwarding");
      // Linux takes IPv6 from interfaces with a small MTU.
      if (!Files.exists(switched)) {
        continue;
      }
      try {
        Files.write(switched, "1".getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        throw new InputException(
            "the kernel engine cannot switch forwarding on: "
                + switched
                + " cannot be written; leave the engine kernel out",
            e);
      }
    }
  }

  private static int family(Address address) {
    return address.isIpv6() ? AF_INET6 : AF_INET;
  }

  private void address(Address address, int ifindex) {
    netlink.begin(NEW_ADDRESS, Netlink.CREATE);
    netlink.put(family(address), Address.bits(address.isIpv6()), 0, 0);
    netlink.put(ifindex);
    netlink.bytes(IFA_LOCAL, address.bytes());
    netlink.bytes(IFA_ADDRESS, address.bytes());
    netlink.number(IFA_FLAGS, NO_DAD_NO_PREFIX_ROUTE);
    check(netlink.send(), "the address " + address + " of interface " + ifindex);
  }

  private void route(Route route) {
    Address gateway = route.gateway();
    boolean onLink = route.type() == Route.Type.UNICAST && gateway == null;
    netlink.begin(NEW_ROUTE, Netlink.CREATE);
    netlink.put(family(route.destination()), route.length(), 0, 0);
    netlink.put(0, BY_HAND, onLink ? SCOPE_LINK : 0, route.type().number());
    netlink.put(gateway != null ? ON_LINK : 0);
    if (route.length() > 0) {
      netlink.bytes(RTA_DST, route.destination().bytes());
    }
    netlink.number(RTA_TABLE, (int) route.table());
    netlink.number(RTA_PRIORITY, (int) route.metric());
    if (route.ifindex() != 0) {
      netlink.number(RTA_OIF, route.ifindex());
    }
    if (gateway != null) {
      gateway(route, gateway);
    }
    if (route.source() != null) {
      netlink.bytes(RTA_PREFSRC, route.source().bytes());
    }
    check(netlink.send(), "the route to " + route.destination() + "/" + route.length());
  }

  private void gateway(Route route, Address gateway) {
    byte[] bytes = gateway.bytes();
    if (gateway.isIpv6() == route.destination().isIpv6()) {
      netlink.bytes(RTA_GATEWAY, bytes);
      return;
    }
    byte[] via = new byte[2 + bytes.length];
    via[0] = (byte) family(gateway);
    System.arraycopy(bytes, 0, via, 2, bytes.length);
    netlink.bytes(RTA_VIA, via);
  }

  private void neighbour(Neighbour neighbour) {
    netlink.begin(NEW_NEIGHBOUR, Netlink.CREATE);
    netlink.put(family(neighbour.address()), 0, 0, 0);
    netlink.put(neighbour.ifindex());
    netlink.put(PERMANENT, 0, 0, 0);
    netlink.bytes(NDA_DST, neighbour.address().bytes());
    netlink.bytes(NDA_LLADDR, Interfaces.mac(neighbour.mac()));
    check(netlink.send(), "the neighbour " + neighbour.address());
  }

  private void rule(Rule rule, int family, int priority) {
    netlink.begin(NEW_RULE, Netlink.CREATE);
    netlink.put(family, 0, 0, 0);
    netlink.put(0, 0, 0, TO_TABLE);
    netlink.put(0);
    netlink.number(FRA_PRIORITY, priority);
    netlink.number(FRA_FWMARK, rule.mark());
    netlink.number(FRA_FWMASK, rule.mask());
    netlink.number(FRA_TABLE, (int) rule.table());
    check(netlink.send(), "the rule for table " + rule.table());
  }

  private static void check(long result, String what) {
    if (result < 0) {
      throw new InputException(
          "the kernel refuses "
              + what
              + ": "
              + Errno.describe(result)
              + "; a next hop must not be routed through another interface");
    }
  }
}
