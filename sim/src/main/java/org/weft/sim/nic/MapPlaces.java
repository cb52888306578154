package org.weft.sim.nic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.machine.OutsideMemory;
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
  /** The first word behind the memory port; that bit is in the numbers of all words there. */
  static final long OUTSIDE = Long.MIN_VALUE;

  private static final int WORDS_PER_KIB = 128;

  /** The least memory behind the port that hardware can have. */
  private static final int LEAST_KBYTES = 4;

  // What a NIC has there that is simulated, at least: so programs with few entries share a model.
  private static final int SIMULATED_KBYTES = 64;
  private static final int SIMULATED_ENTRIES = 1024;

  private static final int BEAT_BYTES = 16;
  private static final int FAR_BEAT_WORDS = 8;
  private static final int FAR_KEY_BEATS = 4;
  private static final int LEAST_BEAT_BITS = 6;

  /** The most beats of a key that an engine holds; where keys of a map begin. */
  private static final int MOST_KEY_BEATS = 8;

  private static final int HAND_BITS = 32;

  /** A directory has a slot for three quarters of an entry at least. */
  private static final int SLOTS = 8;

  private static final int ENTRIES = 6;

  private final MapTable maps;
  private Place[] places;
  private final long limit;
  private final long slotLimit;
  private final int cpus;
  private long used;
  private long usedOutside;
  private long usedSlots;
  private long usedBeats;
  private long usedEntries;

  /** Where the parts of a map are, and what is asked of it for each access. */
  private static final class Place {
    /** Words of all values of one CPU. */
    final long copyWords;

    /** Words from a CPU's first value to the next one's; 0 where all have the same. */
    final long distance;

    /** What offsets are cut with: those in a ring buffer count modulo its size. */
    final int mask;

    /** Words from one entry to the next, as the host counts them: a ring has a word in each. */
    final int entryWords;

    long base;

    /**
     * Whether directory and keys are behind the memory port; else where they are in the engines.
     */
    boolean isFar;

    long firstSlot;
    long firstBeat;
    int keyBeats;

    /** Behind the memory port: where what the NIC knows of its entries begins. */
    long firstEntry;

    Place(SoftMap map) {
      copyWords = copyWords(map);
      distance = map.copies() == 1 ? 0 : copyWords;
      boolean isRing = map instanceof RingBuffer;
      mask = isRing ? (int) map.definition().maxEntries() - 1 : -1;
      entryWords = isRing ? 1 : map.stride() / 8;
    }
  }

  /** Places these maps in the memories of a machine. */
  public MapPlaces(MapTable maps, MachineSpec machine) {
    this.maps = maps;
    limit = machine.mapKbytes() * 128L;
    slotLimit = machine.tableSlots();
    cpus = machine.cpus();
    places = new Place[maps.size()];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      places[i] = new Place(maps.map(i));
      order.add(i);
    }
    order.sort(Comparator.comparingLong(i -> words(maps.map(i))));
    order.forEach(this::placeValues);
    order.sort(Comparator.comparingLong(i -> maps.map(i).room()));
    order.forEach(this::placeTable);
  }

  /** Logical CPUs of the machine. */
  int cpus() {
    return cpus;
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

  private void placeValues(int map) {
    long words = words(maps.map(map));
    if (used + words > limit) {
      places[map].base = OUTSIDE + usedOutside;
      usedOutside += words;
    } else {
      places[map].base = used;
      used += words;
    }
  }

  private void placeTable(int map) {
    Place place = places[map];
    place.isFar = isTooLarge(map);
    place.keyBeats = beats(maps.map(map).definition());
    if (place.isFar) {
      place.firstSlot = beatsOutside(slots(maps.map(map).definition()) / SLOTS) * SLOTS;
      place.firstBeat = beatsOutside(maps.map(map).room() * memoryBeats(place.keyBeats));
      place.firstEntry = entriesOfEngines() + usedEntries;
      usedEntries += (maps.map(map).room() + HAND_BITS - 1) / HAND_BITS * HAND_BITS;
    }
  }

  /** Beats of 64 bytes that a key takes behind the memory port, of its beats of 16. */
  static long memoryBeats(int keyBeats) {
    return (keyBeats + FAR_KEY_BEATS - 1) / FAR_KEY_BEATS;
  }

  /** The first of so many beats of 64 bytes behind the memory port. */
  private long beatsOutside(long beats) {
    long first = (usedOutside + FAR_BEAT_WORDS - 1) / FAR_BEAT_WORDS;
    usedOutside = (first + beats) * FAR_BEAT_WORDS;
    return first;
  }

  private long entriesOfEngines() {
    return Math.max(1L << LEAST_BEAT_BITS, slotLimit);
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
    int keyBeats = beats(map.definition());
    long itsBeats = (map.room() * keyBeats + HAND_BITS - 1) / HAND_BITS * HAND_BITS;
    if (keyBeats > MOST_KEY_BEATS
        || usedSlots + itsSlots > slotLimit
        || usedBeats + map.room() * keyBeats > slotLimit) {
      return true;
    }
    places[index].firstSlot = usedSlots;
    places[index].firstBeat = usedBeats;
    usedSlots += itsSlots;
    usedBeats += itsBeats;
    return false;
  }

  /** Keys, and behind them the values that engines have to know. */
  private static int beats(MapDefinition map) {
    boolean hasValue = map.type() == MapType.HASH_OF_MAPS || map.type() == MapType.DEVMAP_HASH;
    long bytes = map.keySize() + (hasValue ? Long.BYTES : 0);
    return (int) Math.max(1, (bytes + BEAT_BYTES - 1) / BEAT_BYTES);
  }

  /** The place of a map; inner maps are made, and placed, later than the others. */
  private Place place(int map) {
    for (int i = places.length; i <= map; i++) {
      places = Arrays.copyOf(places, i + 1);
      places[i] = new Place(maps.map(i));
      placeValues(i);
      placeTable(i);
    }
    return places[map];
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
    Place place = place(map);
    // What lies behind the data area of a ring is its beginning once more.
    long word = Integer.toUnsignedLong((int) address & place.mask) >>> 3;
    return word < place.copyWords ? place.base + cpu * place.distance + word : 0;
  }

  /**
   * The word behind the one that an address lies in: behind the last one of a ring is the first.
   */
  long following(long address, long word) {
    int map = (int) (address >>> 32) - 1;
    if (map < 0 || map >= maps.size() || place(map).mask < 0) {
      return word + 1;
    }
    Place place = place(map);
    return word == place.base + place.copyWords - 1 ? place.base : word + 1;
  }

  /** The word that a CPU's value of an entry begins with. */
  public long word(int map, int entry, int cpu) {
    Place place = place(map);
    return place.base + cpu * place.distance + (long) entry * place.entryWords;
  }

  /** Words from a CPU's values to the next one's. */
  public long distance(int map) {
    return place(map).copyWords;
  }

  /** Whether a map's values are behind the memory port. */
  public boolean isOutside(int map) {
    return place(map).base < 0;
  }

  /** What maps take behind the memory port: KiB, a power of two, and entries of tables. */
  public OutsideMemory needs() {
    if (usedOutside == 0) {
      return OutsideMemory.NONE;
    }
    // An access of the last word may reach the one behind it.
    long kbytes = (usedOutside + 1 + WORDS_PER_KIB - 1) / WORDS_PER_KIB;
    return new OutsideMemory(powerOfTwo(kbytes, LEAST_KBYTES), (int) usedEntries);
  }

  /** What a NIC that is made for these maps, to be simulated, has behind the memory port. */
  public OutsideMemory memory() {
    OutsideMemory needs = needs();
    return new OutsideMemory(
        needs.kbytes() == 0 ? 0 : Math.max(SIMULATED_KBYTES, needs.kbytes()),
        needs.entries() == 0 ? 0 : powerOfTwo(needs.entries(), SIMULATED_ENTRIES));
  }

  /** The least power of two that is not below either. */
  private static int powerOfTwo(long number, int least) {
    return (int) Math.max(least, Long.highestOneBit(2 * number - 1));
  }

  /**
   * Bits that number a word of map memory, or, where maps lie behind the memory port, one there and
   * which of both it is.
   */
  int wordBits() {
    int near = Integer.SIZE - Integer.numberOfLeadingZeros((int) limit - 1);
    int outside =
        Long.SIZE - Long.numberOfLeadingZeros((long) memory().kbytes() * WORDS_PER_KIB - 1);
    return usedOutside == 0 ? near : Math.max(near, outside) + 1;
  }

  /** Whether a map's directory and keys are. */
  public boolean isFarTable(int map) {
    return place(map).isFar;
  }

  /** Bits that number 32 of all entries, of the engines and behind the memory port. */
  int entryRowBits() {
    long rows = (entriesOfEngines() + memory().entries()) / HAND_BITS;
    return Long.SIZE - Long.numberOfLeadingZeros(rows - 1);
  }

  /**
   * The first of a map's entries in what the NIC knows of them; 0 where keys are in the engines.
   */
  public long firstEntry(int map) {
    return place(map).firstEntry;
  }

  /** The first slot of a map's directory, in the engines or behind the memory port. */
  public long firstSlot(int map) {
    return place(map).firstSlot;
  }

  /** The first beat of its keys, of 16 bytes in the engines, of 64 behind the memory port. */
  public long firstBeat(int map) {
    return place(map).firstBeat;
  }

  /** Slots of its directory. */
  public long slots(int map) {
    return slots(maps.map(map).definition());
  }

  /** The word behind the memory port that the key of an entry begins with. */
  public long keyWord(int map, int entry) {
    return OUTSIDE + (firstBeat(map) + memoryBeats(keyBeats(map)) * entry) * FAR_BEAT_WORDS;
  }

  /** Beats of 16 bytes of a map's keys. */
  public int keyBeats(int map) {
    return place(map).keyBeats;
  }
}
