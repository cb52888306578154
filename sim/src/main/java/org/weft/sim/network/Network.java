package org.weft.sim.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The interfaces, routes and neighbours of a system, as {@link NetworkFile} reads them. */
public final class Network {
  /** 127.0.0.0/8, which is the loopback's. */
  static final int LOOPBACK_NET = 127;

  /** A system with the loopback only, and no routes. */
  public static final Network NONE =
      new Network(Collections.emptySortedMap(), List.of(), List.of(), List.of());

  private record Host(AddressIndex addresses, long[] macs) {}

  private final SortedMap<Integer, Link> links;
  private final List<Route> routes;
  private final List<Neighbour> neighbours;
  private final List<Rule> rules;
  private final Map<Long, RouteTable> ipv4 = new HashMap<>();
  private final Map<Long, RouteTable> ipv6 = new HashMap<>();
  private final Map<Integer, Host> ipv4Hosts = new HashMap<>();
  private final Map<Integer, Host> ipv6Hosts = new HashMap<>();

  /** By address of its own: the interface that has it. */
  private final Map<Address, Integer> own = new LinkedHashMap<>();

  Network(
      SortedMap<Integer, Link> links,
      List<Route> routes,
      List<Neighbour> neighbours,
      List<Rule> rules) {
    this.links = Collections.unmodifiableSortedMap(new TreeMap<>(links));
    this.routes = List.copyOf(routes);
    this.neighbours = List.copyOf(neighbours);
    this.rules = List.copyOf(rules);
    tables(false, ipv4);
    tables(true, ipv6);
    for (Link link : this.links.values()) {
      hosts(false, link.ifindex(), ipv4Hosts);
      hosts(true, link.ifindex(), ipv6Hosts);
      for (Route route : routes) {
        if (route.source() != null && route.ifindex() == link.ifindex()) {
          own.putIfAbsent(route.source(), link.ifindex());
        }
      }
    }
  }

  private void tables(boolean isIpv6, Map<Long, RouteTable> tables) {
    Map<Long, List<Route>> byTable = new TreeMap<>();
    for (Route route : routes) {
      if (route.destination().isIpv6() == isIpv6) {
        byTable.computeIfAbsent(route.table(), table -> new ArrayList<>()).add(route);
      }
    }
    byTable.forEach((table, of) -> tables.put(table, new RouteTable(of)));
  }

  private void hosts(boolean isIpv6, int ifindex, Map<Integer, Host> hosts) {
    List<Neighbour> here =
        neighbours.stream()
            .filter(n -> n.ifindex() == ifindex && n.address().isIpv6() == isIpv6)
            .sorted((a, b) -> AddressIndex.sort(a.address(), b.address()))
            .toList();
    AddressIndex index = new AddressIndex(here.stream().map(Neighbour::address).toList());
    hosts.put(ifindex, new Host(index, here.stream().mapToLong(Neighbour::mac).toArray()));
  }

  /** Interfaces of which something is said, by number. */
  public SortedMap<Integer, Link> links() {
    return links;
  }

  /** All routes, in the file's order. */
  public List<Route> routes() {
    return routes;
  }

  /** All neighbours, in the file's order. */
  public List<Neighbour> neighbours() {
    return neighbours;
  }

  /** All rules; the first that fits and finds a route decides. */
  public List<Rule> rules() {
    return rules;
  }

  /** Addresses of the system's own, each with the interface that has it. */
  public Map<Address, Integer> own() {
    return Collections.unmodifiableMap(own);
  }

  /** What is known of an interface; null when nothing is. */
  Link link(int ifindex) {
    return links.get(ifindex);
  }

  /** The routes of a table, or null. */
  RouteTable table(boolean isIpv6, long number) {
    return (isIpv6 ? ipv6 : ipv4).get(number);
  }

  /** The interface that has an address of the system's own, or 0. */
  int owner(boolean isIpv6, long high, long low) {
    if (!isIpv6 && high >>> 56 == LOOPBACK_NET) {
      return Link.LOOPBACK;
    }
    if (own.isEmpty()) {
      return 0;
    }
    return own.getOrDefault(new Address(isIpv6, high, low), 0);
  }

  /** A neighbour's address on the link, or -1. */
  long mac(int ifindex, boolean isIpv6, long high, long low) {
    Host host = (isIpv6 ? ipv6Hosts : ipv4Hosts).get(ifindex);
    int found = host == null ? -1 : host.addresses().find(high, low);
    return found < 0 ? -1 : host.macs()[found];
  }
}
