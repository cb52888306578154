package org.weft.sim.nic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;

/**
 * The map descriptors: where the values of maps are, in map memory, as many maps as fit, or behind
 * the memory port; and where directories and keys are, in the engines or there.
 */
final class MapPlaces {
  private static final long OUTSIDE = Long.MIN_VALUE;
  private static final int BEAT_BYTES = 16;
  private static final int FAR_BEAT_BYTES = 64;

  /** A directory has a slot for three quarters of an entry at least. */
  private static final int SLOTS = 8;

  private static final int ENTRIES = 6;

  private final MapTable maps;
  private Place[] places;
  private final long limit;
  private final long slotLimit;
  private long used;
  private long usedSlots;
  private long usedBeats;

  /** Where the parts of a map are. */
  private static final class Place {
    /** Offsets in a ring buffer count modulo its size: what they are cut with; or all ones. */
    final int mask;

    /** Its first word, or a number far below zero. */
    long base;

    boolean isFar;
    int keyBeats;

    Place(SoftMap map) {
      mask = map instanceof RingBuffer ? (int) map.definition().maxEntries() - 1 : -1;
    }
  }

  MapPlaces(MapTable maps, MachineSpec machine) {
    this.maps = maps;
    limit = machine.mapKbytes() * 128L;
    slotLimit = machine.tableSlots();
    places = new Place[maps.size()];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      places[i] = new Place(maps.map(i));
      order.add(i);
    }
    order.sort(Comparator.comparingLong(i -> words(maps.map(i))));
    order.forEach(i -> placeValues(places[i], maps.map(i)));
    order.sort(Comparator.comparingLong(i -> maps.map(i).room()));
    order.forEach(i -> placeTable(places[i], maps.map(i)));
  }

  private void placeValues(Place place, SoftMap map) {
    long words = words(map);
    place.base = used + words > limit ? OUTSIDE : used;
    used += place.base == OUTSIDE ? 0 : words;
  }

  private void placeTable(Place place, SoftMap map) {
    place.isFar = isTooLarge(map);
    place.keyBeats = beats(map.definition(), place.isFar ? FAR_BEAT_BYTES : BEAT_BYTES);
  }

  private static long words(SoftMap map) {
    if (map instanceof RingBuffer) {
      return map.definition().maxEntries() / 8;
    }
    return Math.max(1, map.room()) * (map.stride() / 8) * map.copies();
  }

  /** Slots of the directory of a map. */
  private static long slots(MapDefinition map) {
    long least = (map.maxEntries() + ENTRIES - 1) / ENTRIES;
    return SLOTS * Long.highestOneBit(Math.max(1, least - 1)) * 2;
  }

  private boolean isTooLarge(SoftMap map) {
    if (map.table() == null) {
      return false;
    }
    long slots = slots(map.definition());
    long beats = map.room() * beats(map.definition(), BEAT_BYTES);
    if (usedSlots + slots > slotLimit || usedBeats + beats > slotLimit) {
      return true;
    }
    usedSlots += slots;
    usedBeats += beats;
    return false;
  }

  /** Keys, and behind them the values that engines have to know. */
  private static int beats(MapDefinition map, int beat) {
    boolean hasValue = map.type() == MapType.HASH_OF_MAPS || map.type() == MapType.DEVMAP_HASH;
    long bytes = map.keySize() + (hasValue ? Long.BYTES : 0);
    return (int) Math.max(1, (bytes + beat - 1) / beat);
  }

  /** The place of a map; inner maps are made, and placed, later than others. */
  private Place place(int map) {
    if (map >= places.length) {
      int first = places.length;
      places = Arrays.copyOf(places, maps.size());
      for (int i = first; i < places.length; i++) {
        places[i] = new Place(maps.map(i));
        placeValues(places[i], maps.map(i));
        placeTable(places[i], maps.map(i));
      }
    }
    return places[map];
  }

  /** The word of map memory that an address in a map lies in; negative behind the memory port. */
  long word(long address, int cpu) {
    int map = (int) (address >>> 32) - 1;
    if (map < 0 || map >= maps.size()) {
      return 0;
    }
    Place place = place(map);
    // What lies behind the data area of a ring is its beginning once more.
    int offset = maps.map(map).ownCopy((int) address, cpu) & place.mask;
    return place.base + (Math.max(0, offset) >>> 3);
  }

  /** The same for an offset in the map's values. */
  long wordAt(int map, int offset) {
    return place(map).base + (Math.max(0, offset) >>> 3);
  }

  /** Whether a map's values are behind the memory port. */
  boolean isOutside(int map) {
    return place(map).base == OUTSIDE;
  }

  /** Whether a map's directory and keys are. */
  boolean isFarTable(int map) {
    return place(map).isFar;
  }

  /** Beats of a map's keys, where they are. */
  int keyBeats(int map) {
    return place(map).keyBeats;
  }
}
