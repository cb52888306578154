package org.weft.sim.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The routes of one table and family: a lookup tries the lengths that occur, longest first. */
final class RouteTable {
  /** Prefixes of one length; by prefix its routes, the best first. */
  private record Prefixes(int length, AddressIndex index, Route[][] routes) {}

  private final List<Prefixes> lengths = new ArrayList<>();

  RouteTable(Collection<Route> routes) {
    Map<Integer, Map<Address, List<Route>>> byLength = new TreeMap<>(Comparator.reverseOrder());
    for (Route route : routes) {
      byLength
          .computeIfAbsent(route.length(), length -> new TreeMap<>(AddressIndex::sort))
          .computeIfAbsent(route.destination(), prefix -> new ArrayList<>())
          .add(route);
    }
    byLength.forEach(
        (length, prefixes) -> {
          prefixes.values().forEach(same -> same.sort(Comparator.comparingLong(Route::metric)));
          Route[][] all =
              prefixes.values().stream()
                  .map(same -> same.toArray(Route[]::new))
                  .toArray(Route[][]::new);
          AddressIndex index = new AddressIndex(List.copyOf(prefixes.keySet()));
          lengths.add(new Prefixes(length, index, all));
        });
  }

  /**
   * The route of an address, or null.
   *
   * @param ifindex the interface that a unicast route must lead to; 0 for any
   */
  Route find(long high, long low, int ifindex) {
    return find(high, low, ifindex, Integer.MAX_VALUE);
  }

  /** The same among routes whose prefix has so many bits at most. */
  Route find(long high, long low, int ifindex, int most) {
    for (int i = 0; i < lengths.size(); i++) {
      Prefixes prefixes = lengths.get(i);
      int length = prefixes.length();
      if (length > most) {
        continue;
      }
      int found =
          prefixes.index().find(high & Address.highMask(length), low & Address.lowMask(length));
      for (int j = 0; found >= 0 && j < prefixes.routes()[found].length; j++) {
        Route route = prefixes.routes()[found][j];
        if (ifindex == 0 || route.type() != Route.Type.UNICAST || route.ifindex() == ifindex) {
          return route;
        }
      }
    }
    return null;
  }
}
