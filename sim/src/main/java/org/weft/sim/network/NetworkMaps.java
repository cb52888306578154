package org.weft.sim.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;

/**
 * Fills the maps that {@code bpf_fib_lookup} and {@code bpf_check_mtu} look in where they are rows
 * ({@code compiler/src/main/bpf/network.c}, which says what a value holds) with a network.
 *
 * <p>An array has the interfaces, with the table where packets look first; two have the tables that
 * IPv4 and IPv6 look in then, one after the other, each with the mark that leads there. Without
 * rules IPv4 finds addresses of the system's own in the main table, as in Linux; else they have a
 * table to themselves, the first.
 */
public final class NetworkMaps implements MapTable.Host {
  private static final String LINKS = MapDefinition.LIBRARY + "links";
  private static final String RULES = MapDefinition.LIBRARY + "rules";
  private static final String ROUTES = MapDefinition.LIBRARY + "routes";
  private static final String THROUGH = MapDefinition.LIBRARY + "routes4_through";

  private static final int LINK_BYTES = 16;
  private static final int IPV6_TABLE = 4;
  private static final int MTU = 8;

  private static final int RULE_BYTES = 16;
  private static final int MASK = 4;
  private static final int TABLE = 8;

  private final Network network;
  private final MapTable maps;

  private NetworkMaps(Network network, MapTable maps) {
    this.network = network;
    this.maps = maps;
  }

  /**
   * Fills those of the maps that are there, now and whenever all maps are as at first again.
   *
   * @throws InputException when the network does not fit them
   */
  public static void fill(Network network, MapTable maps) {
    maps.fillBy(new NetworkMaps(network, maps));
  }

  private int map(String name) {
    List<MapDefinition> definitions = maps.definitions();
    for (int i = 0; i < definitions.size(); i++) {
      if (definitions.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void fill() {
    if (map(LINKS) >= 0) {
      link(Link.of(Link.LOOPBACK));
      network.links().values().forEach(this::link);
    }
    for (int family : new int[] {4, 6}) {
      if (map(RULES + family) >= 0) {
        boolean isIpv6 = family == 6;
        rules(isIpv6, map(RULES + family));
        routes(isIpv6, map(ROUTES + family));
      }
    }
    int through = map(THROUGH);
    if (through >= 0 && isUsed(through)) {
      List<Entry> entries = new ArrayList<>();
      for (Link link : network.links().values()) {
        if (link.forwards()) {
          tables(false, link.ifindex(), entries);
        }
      }
      put(through, entries);
    }
  }

  @Override
  public void hasInterface(int ifindex) {
    if (map(LINKS) >= 0 && ifindex > 0 && !network.links().containsKey(ifindex)) {
      link(Link.of(ifindex));
    }
  }

  private void link(Link link) {
    int map = map(LINKS);
    long most = maps.definitions().get(map).maxEntries() - 1;
    if (link.ifindex() > most) {
      throw new InputException(
          "interface "
              + link.ifindex()
              + ": bpf_fib_lookup and bpf_check_mtu know interfaces up to "
              + most
              + " but in engine ref; give it a lower number");
    }
    byte[] value = new byte[LINK_BYTES];
    if (link.forwards()) {
      Little.INT.set(value, 0, (int) firstTable(false));
      Little.INT.set(value, IPV6_TABLE, link.hasIpv6() ? (int) firstTable(true) : 0);
    }
    Little.INT.set(value, MTU, link.mtu());
    maps.put(map, key(link.ifindex()), value);
  }

  private static byte[] key(int number) {
    byte[] key = new byte[4];
    Little.INT.set(key, 0, number);
    return key;
  }

  /** Where all packets look first: it has addresses of the system's own. */
  private long firstTable(boolean isIpv6) {
    boolean isAlone =
        !network.rules().isEmpty()
            || isIpv6 && network.own().keySet().stream().anyMatch(Address::isIpv6);
    return isAlone ? Route.LOCAL : Route.MAIN;
  }

  private void rules(boolean isIpv6, int map) {
    List<Rule> rules = new ArrayList<>();
    network.rules().stream()
        .filter(rule -> network.table(isIpv6, rule.table()) != null)
        .forEach(rules::add);
    if (firstTable(isIpv6) != Route.MAIN) {
      rules.add(new Rule(0, 0, Route.MAIN));
    }
    long most = maps.definitions().get(map).maxEntries();
    if (rules.size() > most) {
      throw new InputException(
          network.rules().size()
              + " rules: bpf_fib_lookup has room for "
              + (most - 1)
              + " but in engine ref; leave some out");
    }
    for (int i = 0; i < rules.size(); i++) {
      byte[] value = new byte[RULE_BYTES];
      Little.INT.set(value, 0, rules.get(i).mark());
      Little.INT.set(value, MASK, rules.get(i).mask());
      Little.INT.set(value, TABLE, (int) rules.get(i).table());
      maps.put(map, key(i), value);
    }
  }

  private void routes(boolean isIpv6, int map) {
    if (isUsed(map)) {
      List<Entry> entries = new ArrayList<>();
      tables(isIpv6, 0, entries);
      put(map, entries);
    }
  }

  /** The compiler gives a trie in which no row looks one entry only. */
  private boolean isUsed(int map) {
    return maps.definitions().get(map).maxEntries() > 1;
  }

  private record Entry(byte[] key, byte[] value) {}

  /** The entries of all tables, of routes that lead to an interface, or of all for 0. */
  private void tables(boolean isIpv6, int through, List<Entry> entries) {
    TreeSet<Long> tables = new TreeSet<>(List.of(Route.MAIN, Route.LOCAL));
    network.routes().forEach(route -> tables.add(route.table()));
    for (long table : tables) {
      boolean isFirst = table == firstTable(isIpv6);
      Map<Prefix, byte[]> answers =
          new RouteAnswers(network, isIpv6, table, through, isFirst).all();
      answers.forEach(
          (prefix, answer) -> entries.add(new Entry(prefix.key((int) table, through), answer)));
    }
  }

  private void put(int map, List<Entry> entries) {
    MapDefinition definition = maps.definitions().get(map);
    if (entries.size() > definition.maxEntries()) {
      throw new InputException(
          "the network's routes and neighbours take "
              + entries.size()
              + " entries of map "
              + definition.name()
              + ", which has "
              + definition.maxEntries()
              + "; give fewer, or a machine with more table_slots");
    }
    entries.forEach(entry -> maps.put(map, entry.key(), entry.value()));
  }
}
