package org.weft.sim.nic;

import java.util.ArrayList;
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
public final class MapPlaces {
  private static final long OUTSIDE = Long.MIN_VALUE;
  private static final int BEAT_BYTES = 16;
  private static final int FAR_BEAT_BYTES = 64;

  /** The most beats of a key that an engine holds; where keys of a map begin. */
  private static final int MOST_KEY_BEATS = 8;

  private static final int HAND_BITS = 32;

  /** A directory has a slot for three quarters of an entry at least. */
  private static final int SLOTS = 8;

  private static final int ENTRIES = 6;

  private final MapTable maps;
  private final List<Long> bases = new ArrayList<>();
  private final List<Boolean> far = new ArrayList<>();

  /** By map: where its directory and its keys are in the engines. */
  private final List<Long> slots = new ArrayList<>();

  private final List<Long> beats = new ArrayList<>();
  private final long limit;
  private final long slotLimit;
  private long used;
  private long usedSlots;
  private long usedBeats;

  /** Places these maps in the memories of a machine. */
  public MapPlaces(MapTable maps, MachineSpec machine) {
    this.maps = maps;
    limit = machine.mapKbytes() * 128L;
    slotLimit = machine.tableSlots();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      bases.add(OUTSIDE);
      far.add(false);
      slots.add(0L);
      beats.add(0L);
      order.add(i);
    }
    order.sort(Comparator.comparingLong(i -> words(maps.map(i))));
    order.forEach(i -> bases.set(i, place(i)));
    order.sort(Comparator.comparingLong(i -> maps.map(i).room()));
    order.forEach(i -> far.set(i, isTooLarge(i)));
  }

  private static long words(SoftMap map) {
    return copyWords(map) * map.copies();
  }

  /** Words of all values of one CPU. */
  private static long copyWords(SoftMap map) {
    if (map instanceof RingBuffer) {
      return map.definition().maxEntries() / 8;
    }
    return Math.max(1, map.room()) * (map.stride() / 8);
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

  /** Slots of the directory of a map. */
  private static long slots(MapDefinition map) {
    long least = (map.maxEntries() + ENTRIES - 1) / ENTRIES;
    return SLOTS * Long.highestOneBit(Math.max(1, least - 1)) * 2;
  }

  /** Whether a table is behind the memory port; else it is given its place. */
  private boolean isTooLarge(int index) {
    SoftMap map = maps.map(index);
    if (map.table() == null) {
      return false;
    }
    long itsSlots = slots(map.definition());
    int keyBeats = beats(map.definition(), BEAT_BYTES);
    long itsBeats = (map.room() * keyBeats + HAND_BITS - 1) / HAND_BITS * HAND_BITS;
    if (keyBeats > MOST_KEY_BEATS
        || usedSlots + itsSlots > slotLimit
        || usedBeats + map.room() * keyBeats > slotLimit) {
      return true;
    }
    slots.set(index, usedSlots);
    beats.set(index, usedBeats);
    usedSlots += itsSlots;
    usedBeats += itsBeats;
    return false;
  }

  /** Keys, and behind them the values that engines have to know. */
  private static int beats(MapDefinition map, int beat) {
    boolean hasValue = map.type() == MapType.HASH_OF_MAPS || map.type() == MapType.DEVMAP_HASH;
    long bytes = map.keySize() + (hasValue ? Long.BYTES : 0);
    return (int) Math.max(1, (bytes + beat - 1) / beat);
  }

  private void ensure(int map) {
    while (bases.size() <= map) {
      bases.add(place(bases.size()));
      slots.add(0L);
      beats.add(0L);
      far.add(false);
      far.set(far.size() - 1, isTooLarge(far.size() - 1));
    }
  }

  /**
   * The word of map memory that an address in a map lies in, for a CPU; negative behind the memory
   * port; word 0 for an address that is in no map.
   */
  long word(long address, int cpu) {
    int map = (int) (address >>> 32) - 1;
    if (map < 0 || map >= maps.size()) {
      return 0;
    }
    int offset = (int) address;
    if (maps.map(map) instanceof RingBuffer ring) {
      // What lies behind the data area is its beginning once more.
      offset &= (int) ring.definition().maxEntries() - 1;
    }
    long word = Integer.toUnsignedLong(offset) >>> 3;
    return word < copyWords(maps.map(map)) ? copy(map, cpu) + word : 0;
  }

  /** The word that a CPU's value of an entry begins with. */
  public long word(int map, int entry, int cpu) {
    return copy(map, cpu) + (long) entry * (maps.map(map).stride() / 8);
  }

  /** Words from a CPU's values to the next one's. */
  public long distance(int map) {
    return copyWords(maps.map(map));
  }

  /** Where a CPU's values of a map begin. */
  private long copy(int map, int cpu) {
    ensure(map);
    return bases.get(map) + (maps.map(map).copies() == 1 ? 0 : cpu * copyWords(maps.map(map)));
  }

  /** Whether a map's values are behind the memory port. */
  public boolean isOutside(int map) {
    ensure(map);
    return bases.get(map) == OUTSIDE;
  }

  /** Whether a map's directory and keys are. */
  public boolean isFarTable(int map) {
    ensure(map);
    return far.get(map);
  }

  /** The first slot of a map's directory, in the engines. */
  public long firstSlot(int map) {
    return slots.get(map);
  }

  /** The first beat of its keys there. */
  public long firstBeat(int map) {
    return beats.get(map);
  }

  /** Slots of its directory. */
  public long slots(int map) {
    return slots(maps.map(map).definition());
  }

  /** Beats of a map's keys, where they are. */
  public int keyBeats(int map) {
    return beats(maps.map(map).definition(), isFarTable(map) ? FAR_BEAT_BYTES : BEAT_BYTES);
  }
}
