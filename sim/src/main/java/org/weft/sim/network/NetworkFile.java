package org.weft.sim.network;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.isa.InputException;

/**
 * Reads a {@link Network} from a text file. A line is one of these, in words much like those of
 * {@code ip}; {@code #} begins a comment:
 *
 * <pre>
 * link 3 mac 02:00:00:00:00:03 mtu 1500 forwarding on
 * route 10.0.0.0/8 via 192.168.1.1 dev 3 metric 10 table 100 src 192.168.1.2
 * route blackhole 10.66.0.0/16
 * neigh 192.168.1.1 lladdr 02:00:00:00:01:01 dev 3
 * rule mark 7/0xff table 100
 * </pre>
 */
public final class NetworkFile {
  private static final int MOST_IFINDEX = (1 << 30) - 1;
  private static final long DEFAULT_IPV6_METRIC = 1024;
  private static final long MOST = 0xffffffffL;

  private final String file;
  private final SortedMap<Integer, Link> links = new TreeMap<>();
  private final List<Route> routes = new ArrayList<>();
  private final List<Neighbour> neighbours = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();
  private final Set<Object> seen = new HashSet<>();
  private int number;
  private List<String> words = List.of();
  private int at;

  private NetworkFile(String file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws IOException when it cannot be read
   * @throws InputException when it says what no network can be; with file and line
   */
  public static Network read(Path path) throws IOException {
    try {
      return parse(path.toString(), Files.readAllLines(path, StandardCharsets.UTF_8));
    } catch (MalformedInputException e) {
      throw new InputException(path + ": not a text file; give lines of link, route, neigh, rule");
    }
  }

  /** Reads lines; the name is for error messages. */
  public static Network parse(String file, List<String> lines) {
    NetworkFile parsed = new NetworkFile(file);
    for (String line : lines) {
      parsed.number++;
      parsed.line(line);
    }
    return new Network(parsed.links, parsed.routes, parsed.neighbours, parsed.rules);
  }

  private void line(String line) {
    int comment = line.indexOf('#');
    String text = (comment < 0 ? line : line.substring(0, comment)).strip();
    if (text.isEmpty()) {
      return;
    }
    words = Arrays.asList(text.split("\\s+"));
    at = 1;
    switch (words.get(0)) {
      case "link" -> link();
      case "route" -> route();
      case "neigh" -> neighbour();
      case "rule" -> rule();
      default ->
          throw error("no line begins with " + words.get(0) + "; write link, route, neigh or rule");
    }
  }

  private InputException error(String cause) {
    return new InputException(file + ":" + number + ": " + cause);
  }

  private boolean hasMore() {
    return at < words.size();
  }

  private String next(String what) {
    if (!hasMore()) {
      throw error(
          "the line ends where " + what + " should stand; write it behind " + words.get(at - 1));
    }
    return words.get(at++);
  }

  private InputException unknown(String word, String known) {
    return error("what is " + word + "? known here are " + known);
  }

  private long number(String what, long least, long most) {
    return number(next(what), what, least, most);
  }

  private long number(String text, String what, long least, long most) {
    try {
      long value = Long.decode(text.toLowerCase(Locale.ROOT));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same error.
    }
    throw error(what + " " + text + ": give a number from " + least + " to " + most);
  }

  private long mac() {
    String text = next("an address like 02:00:00:00:00:01");
    if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
      throw error(text + " is no address of a link; write it like 02:00:00:00:00:01");
    }
    long mac = Long.parseLong(text.replace(":", ""), 16);
    if (mac == 0 || (mac >>> 40 & 1) != 0) {
      throw error(
          text + " is no host's address; make it neither zero nor a group's (odd first byte)");
    }
    return mac;
  }

  private Address address(String what) {
    String text = next(what);
    Address address = Address.parse(text);
    if (address == null) {
      throw error(text + " is no address; write it like 192.0.2.1 or 2001:db8::1");
    }
    return address;
  }

  private Address unicast(String what) {
    Address address = address(what);
    if (!address.isUnicast()) {
      throw error(address + " is no host's address; give one of a host as " + what);
    }
    return address;
  }

  /** The interface that a route or neighbour names. */
  private int device() {
    int ifindex = (int) number("an interface's number", 1, MOST_IFINDEX);
    if (ifindex == Link.LOOPBACK) {
      throw error("interface 1 is the loopback, behind which is nobody; use 2 or higher");
    }
    links.computeIfAbsent(ifindex, Link::of);
    return ifindex;
  }

  private void link() {
    int ifindex = (int) number("an interface's number", 1, MOST_IFINDEX);
    if (!seen.add(List.of("link", ifindex))) {
      throw error("interface " + ifindex + " has a line already; say all of it in one");
    }
    Link link = Link.of(ifindex);
    while (hasMore()) {
      String word = next("");
      switch (word) {
        case "mac" -> {
          if (ifindex == Link.LOOPBACK) {
            throw error("the loopback has no address of its own; leave mac out");
          }
          link = link.withMac(mac());
        }
        case "mtu" ->
            link = link.withMtu((int) number("mtu", Link.LEAST_MTU, Link.mostMtu(ifindex)));
        case "forwarding" -> {
          String state = next("on or off");
          if (!state.equals("on") && !state.equals("off")) {
            throw unknown(state, "on and off");
          }
          link = link.withForwards(state.equals("on"));
        }
        default -> throw unknown(word, "mac, mtu and forwarding");
      }
    }
    links.put(ifindex, link);
    for (Route route : routes) {
      checkMtu(route.ifindex(), ifindex, route.destination());
    }
    for (Neighbour neighbour : neighbours) {
      checkMtu(neighbour.ifindex(), ifindex, neighbour.address());
    }
  }

  private void checkMtu(int user, int ifindex, Address address) {
    if (user == ifindex && address.isIpv6() && !links.get(ifindex).hasIpv6()) {
      throw error(
          "interface "
              + ifindex
              + " has an mtu below "
              + Link.LEAST_IPV6_MTU
              + ", so Linux gives it no IPv6; raise it");
    }
  }

  private void route() {
    Route.Type type = Route.Type.UNICAST;
    String prefix = next("a prefix");
    for (Route.Type other : Route.Type.values()) {
      if (prefix.equals(other.name().toLowerCase(Locale.ROOT))) {
        type = other;
        prefix = next("a prefix");
        break;
      }
    }
    Address gateway = null;
    Address source = null;
    int ifindex = 0;
    long metric = -1;
    long table = Route.MAIN;
    while (hasMore()) {
      String word = next("");
      switch (word) {
        case "via" -> gateway = unicast("the next hop");
        case "dev" -> ifindex = device();
        case "metric" -> metric = number("metric", 0, MOST);
        case "table" -> table = table();
        case "src" -> source = unicast("the source");
        default -> throw unknown(word, "via, dev, metric, table and src");
      }
    }
    boolean isIpv6Default = gateway != null && gateway.isIpv6();
    String text = prefix.equals("default") ? (isIpv6Default ? "::/0" : "0.0.0.0/0") : prefix;
    int slash = text.indexOf('/');
    Address destination = Address.parse(slash < 0 ? text : text.substring(0, slash));
    if (destination == null) {
      throw error(prefix + " is no prefix; write it like 10.0.0.0/8, 2001:db8::/32 or default");
    }
    int bits = Address.bits(destination.isIpv6());
    int length =
        slash < 0 ? bits : (int) number(text.substring(slash + 1), "prefix length", 0, bits);
    if (!destination.equals(destination.masked(length))) {
      throw error(
          prefix
              + " has bits behind the prefix; write "
              + destination.masked(length)
              + "/"
              + length);
    }
    if (metric < 0 || destination.isIpv6() && metric == 0) {
      metric = destination.isIpv6() ? DEFAULT_IPV6_METRIC : 0;
    }
    Route route = new Route(table, destination, length, type, gateway, ifindex, metric, source);
    check(route);
    routes.add(route);
  }

  private void check(Route route) {
    boolean isIpv6 = route.destination().isIpv6();
    boolean isUnicast = route.type() == Route.Type.UNICAST;
    if (isUnicast && route.ifindex() == 0) {
      throw error("the route leads nowhere; say dev and the number of an interface");
    }
    if (!isUnicast && (route.ifindex() != 0 || route.gateway() != null || route.source() != null)) {
      throw error(
          "a route of type "
              + route.type().name().toLowerCase(Locale.ROOT)
              + " leads nowhere; leave via, dev and src out");
    }
    if (isIpv6 && route.gateway() != null && !route.gateway().isIpv6()) {
      throw error("the next hop of an IPv6 route is IPv4; give one of IPv6");
    }
    if (route.source() != null && route.source().isIpv6() != isIpv6) {
      throw error("src is of the other family than the route; give one of the same");
    }
    if (isUnicast) {
      checkMtu(route.ifindex(), route.ifindex(), route.destination());
      if (route.gateway() != null) {
        checkMtu(route.ifindex(), route.ifindex(), route.gateway());
      }
    }
    List<Object> key = List.of(route.table(), route.destination(), route.length(), route.metric());
    if (!seen.add(key)) {
      throw error(
          "there is a route for this prefix, table and metric already; give another metric");
    }
    int owner = route.source() == null ? 0 : owner(route.source());
    if (owner != 0 && owner != route.ifindex()) {
      throw error(
          route.source() + " is the address of another interface already; give each its own");
    }
  }

  /** The interface that an earlier route gave an address, or 0. */
  private int owner(Address source) {
    for (Route route : routes) {
      if (source.equals(route.source())) {
        return route.ifindex();
      }
    }
    return 0;
  }

  private long table() {
    long table = number("table", 1, MOST);
    if (table == Route.DEFAULT || table == Route.LOCAL) {
      throw error("table " + table + " is one that Linux fills itself; use another");
    }
    return table;
  }

  private void neighbour() {
    Address address = unicast("a neighbour's address");
    long mac = -1;
    int ifindex = 0;
    while (hasMore()) {
      String word = next("");
      switch (word) {
        case "lladdr" -> mac = mac();
        case "dev" -> ifindex = device();
        default -> throw unknown(word, "lladdr and dev");
      }
    }
    if (mac < 0 || ifindex == 0) {
      throw error("a neighbour needs both lladdr and dev; add what is missing");
    }
    checkMtu(ifindex, ifindex, address);
    if (!seen.add(List.of("neigh", address, ifindex))) {
      throw error(address + " has a line for interface " + ifindex + " already; leave one out");
    }
    neighbours.add(new Neighbour(address, ifindex, mac));
  }

  private void rule() {
    int mark = -1;
    int mask = -1;
    long table = 0;
    boolean hasMark = false;
    while (hasMore()) {
      String word = next("");
      switch (word) {
        case "mark" -> {
          String[] parts = next("a mark").split("/", 2);
          mark = (int) number(parts[0], "mark", 0, MOST);
          mask = parts.length == 1 ? -1 : (int) number(parts[1], "mask", 0, MOST);
          hasMark = true;
        }
        case "table" -> table = table();
        default -> throw unknown(word, "mark and table");
      }
    }
    if (!hasMark || table == 0) {
      throw error("a rule needs both mark and table; add what is missing");
    }
    if ((mark & ~mask) != 0 || mask == 0) {
      throw error("the mark has bits outside its mask, or none at all; make them fit");
    }
    rules.add(new Rule(mark, mask, table));
  }
}
