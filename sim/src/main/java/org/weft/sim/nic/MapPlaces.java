package org.weft.sim.nic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;

/** Where the values of maps are: in map memory, as many maps as fit, or behind the memory port. */
final class MapPlaces {
  private static final long OUTSIDE = Long.MIN_VALUE;

  private final MapTable maps;
  private final List<Long> bases = new ArrayList<>();
  private final long limit;
  private long used;

  MapPlaces(MapTable maps, MachineSpec machine) {
    this.maps = maps;
    limit = machine.mapKbytes() * 128L;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      bases.add(OUTSIDE);
      order.add(i);
    }
    order.sort(Comparator.comparingLong(i -> words(maps.map(i))));
    order.forEach(i -> bases.set(i, place(i)));
  }

  private static long words(SoftMap map) {
    MapDefinition definition = map.definition();
    if (map instanceof RingBuffer) {
      return definition.maxEntries() / 8;
    }
    return Math.max(1, definition.maxEntries()) * (map.stride() / 8) * map.copies();
  }

  private long place(int map) {
    long words = words(maps.map(map));
    if (used + words > limit) {
      return OUTSIDE;
    }
    long base = used;
    used += words;
    return base;
  }

  /** The word of map memory that an address in a map lies in; negative behind the memory port. */
  long word(long address, int cpu) {
    int map = (int) (address >>> 32) - 1;
    if (map < 0 || map >= maps.size()) {
      return 0;
    }
    while (bases.size() <= map) {
      bases.add(place(bases.size()));
    }
    int offset = maps.map(map).ownCopy((int) address, cpu);
    if (maps.map(map) instanceof RingBuffer ring) {
      // What lies behind the data area is its beginning once more.
      offset &= (int) ring.definition().maxEntries() - 1;
    }
    return bases.get(map) + (Math.max(0, offset) >>> 3);
  }

  /** Whether a map's values are behind the memory port. */
  boolean isOutside(int map) {
    return map < bases.size() && bases.get(map) == OUTSIDE;
  }
}
