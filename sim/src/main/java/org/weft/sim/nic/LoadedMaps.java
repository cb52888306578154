package org.weft.sim.nic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.isa.RefusedException;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;

/** What a host writes to describe maps, and to fill them. */
public final class LoadedMaps {
  private static final int SLOTS = 8;
  private static final int EVICTS = 1;
  private static final int IN_PLACE = 2;
  private static final int SPARES = 4;
  private static final int OLDEST_FIRST = 8;
  private static final int FAR_VALUES = 16;
  private static final int FAR_KEYS = 32;
  private static final int LOCK_SHIFT = 8;
  private static final int UPDATE = 2;
  private static final int RUN = 1;
  private static final int RESET = 2;
  private static final int MOST_MAPS = 255;

  private LoadedMaps() {}

  /** The words of DESCRIPTOR of a map. */
  static int[] descriptor(MapTable maps, MapPlaces places, int index) {
    MapType type = maps.map(index).definition().type();
    // The host sees a ring as an array of words.
    SoftMap map = maps.map(index) instanceof RingBuffer ring ? ring.words() : maps.map(index);
    MapDefinition definition = map.definition();
    boolean isTable = map.table() != null;
    boolean isLru = type == MapType.LRU_HASH || type == MapType.LRU_PERCPU_HASH;
    boolean isTrie = type == MapType.LPM_TRIE;
    boolean spares =
        isTable && !isLru && !isTrie && (definition.flags() & MapDefinition.NO_PREALLOC) == 0;
    boolean isOutside = places.isOutside(index);
    boolean isFar = isTable && places.isFarTable(index);
    long seed = MapTable.seed(index);
    int flags =
        (isLru ? EVICTS : 0)
            | (isTable && type.isPerCpu() ? IN_PLACE : 0)
            | (spares ? SPARES : 0)
            | (isTrie ? OLDEST_FIRST : 0)
            | (isOutside ? FAR_VALUES : 0)
            | (isFar ? FAR_KEYS : 0)
            | (definition.hasLock() ? definition.lock() / Integer.BYTES + 1 << LOCK_SHIFT : 0);
    return new int[] {
      type.number(),
      map.keyBytes(),
      map.valueBytes(),
      (int) definition.maxEntries(),
      map.copies(),
      map.stride(),
      (int) places.word(index, 0, 0),
      isTable ? (int) (places.firstSlot(index) / SLOTS) : 0,
      isTable ? (int) (places.slots(index) / SLOTS) : 0,
      isTable ? (int) places.firstBeat(index) : 0,
      isTable ? places.keyBeats(index) : 0,
      (int) seed,
      (int) (seed >>> Integer.SIZE),
      flags,
      isTable ? (int) places.firstEntry(index) : 0,
      (int) (places.distance(index) * Long.BYTES / map.stride())
    };
  }

  /**
   * What a host writes to load the first program of an image with its maps. Behind the first write
   * CONTROL has to be read until it is 0.
   *
   * @param maps the image's, with what they hold at first
   * @throws RefusedException when values are too long for the mailbox
   */
  public static List<RegisterWrite> load(ProgramImage image, MapTable maps) {
    List<RegisterWrite> writes = new ArrayList<>();
    add(writes, Register.CONTROL, RESET);
    writes.addAll(descriptors(maps, image.machine()));
    if (maps.size() < MOST_MAPS) {
      // Who lists the maps of a device ends at one without a type.
      add(writes, Register.MAP, maps.size());
      add(writes, Register.DESCRIPTOR, new int[Register.DESCRIPTOR.words()]);
    }
    writes.addAll(values(maps, image.entries()));
    writes.addAll(LoadedProgram.writes(image));
    add(writes, Register.CONTROL, RUN);
    return writes;
  }

  /** What a host writes to describe all maps, while the NIC is quiet. */
  public static List<RegisterWrite> descriptors(MapTable maps, MachineSpec machine) {
    MapPlaces places = new MapPlaces(maps, machine);
    List<RegisterWrite> writes = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      writes.add(new RegisterWrite(Register.MAP.offset(), i));
      add(writes, Register.DESCRIPTOR, descriptor(maps, places, i));
    }
    return writes;
  }

  /**
   * What a host writes to fill maps that are empty with what these hold.
   *
   * @param programs what numbers in program arrays mean
   * @throws RefusedException when values are too long for the mailbox
   */
  public static List<RegisterWrite> values(MapTable maps, List<ProgramImage.Entry> programs) {
    List<RegisterWrite> writes = new ArrayList<>();
    writes.add(new RegisterWrite(Register.COMMAND_FLAGS.offset(), 0));
    for (int i = 0; i < maps.size(); i++) {
      SoftMap map = maps.map(i);
      int first = map.occupiedFrom(0);
      if (first >= 0) {
        requireShort(map);
        writes.add(new RegisterWrite(Register.MAP.offset(), i));
      }
      for (int entry = first; entry >= 0; entry = map.occupiedFrom(entry + 1)) {
        add(writes, Register.KEY, words(map.keyOf(entry)));
        for (int cpu = 0; cpu < map.copies(); cpu++) {
          byte[] value = map.value(entry, cpu);
          if (map.definition().type() == MapType.PROG_ARRAY) {
            Little.INT.set(value, 0, firstRow((int) Little.INT.get(value, 0), programs));
          }
          if (cpu == 0 && map.table() != null || !Arrays.equals(value, new byte[value.length])) {
            writes.add(new RegisterWrite(Register.COMMAND_CPU.offset(), cpu));
            add(writes, Register.VALUE, words(value));
            writes.add(new RegisterWrite(Register.COMMAND.offset(), UPDATE));
          }
        }
      }
    }
    writes.add(new RegisterWrite(Register.COMMAND_CPU.offset(), 0));
    return writes;
  }

  private static void requireShort(SoftMap map) {
    int most = Integer.BYTES * Register.VALUE.words();
    if (map.valueBytes() > most) {
      throw new RefusedException(
          "map "
              + map.definition().name()
              + ": first values of "
              + map.valueBytes()
              + " bytes; the NIC's registers take "
              + most);
    }
  }

  /** An entry of a program array as the hardware has it: the program's first row, and 1. */
  static int firstRow(int program, List<ProgramImage.Entry> programs) {
    return program == 0 ? 0 : programs.get(program - 1).row() + 1;
  }

  /** The number of the program, and 1, that such an entry means; 0 if there is none. */
  static int program(int firstRow, List<ProgramImage.Entry> programs) {
    for (int i = 0; i < programs.size(); i++) {
      if (programs.get(i).row() + 1 == firstRow) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Writes to the words of a register, from its first one on. */
  public static void add(List<RegisterWrite> writes, Register register, int... words) {
    for (int i = 0; i < words.length; i++) {
      writes.add(new RegisterWrite(register.offset() + Integer.BYTES * i, words[i]));
    }
  }

  /** Bytes as words, the first lowest, the last one filled up with zeros. */
  public static int[] words(byte... bytes) {
    int[] words = new int[(bytes.length + Integer.BYTES - 1) / Integer.BYTES];
    byte[] padded = Arrays.copyOf(bytes, Integer.BYTES * words.length);
    for (int i = 0; i < words.length; i++) {
      words[i] = (int) Little.INT.get(padded, Integer.BYTES * i);
    }
    return words;
  }
}
