package org.weft.sim.rtl;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.weft.isa.RefusedException;
import org.weft.isa.control.Register;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.control.Registers;
import org.weft.isa.control.RingReader;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.machine.OutsideMemory;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;
import org.weft.sim.nic.LoadedMaps;
import org.weft.sim.nic.MapPlaces;

/** Maps in the hardware's map memory: where they are, and what they hold. */
final class RtlMaps {
  /** Handles have so many values there; 0 is no map. */
  private static final int HANDLES = 256;

  /** So many maps, the first, can be tables; a value of theirs has so many bytes at most. */
  private static final int TABLES = 64;

  private static final int VALUE_BYTES = 512;

  /** The longest key of a trie. */
  private static final int PREFIX_KEY_BYTES = 35;

  /** Longer rings could have records whose length needs bits that a commit stores to. */
  private static final long RING_BYTES = 1 << 24;

  private static final int BEAT_BYTES = 16;

  /** Beats of a key behind the memory port. */
  private static final int OUTSIDE_KEY_BEATS = 4;

  private static final int UPDATE = 2;

  private final MapTable maps;
  private final MachineSpec machine;
  private final List<ProgramImage.Entry> entries;
  private final MapPlaces places;

  RtlMaps(MapTable maps, ProgramImage image) {
    this.maps = maps;
    machine = image.machine();
    entries = image.entries();
    places = new MapPlaces(maps, machine);
  }

  /**
   * Checks that all maps are where the hardware can reach them.
   *
   * @param memory what lies behind the memory port
   * @throws RefusedException with the first that is not
   */
  void refuse(OutsideMemory memory) {
    if (maps.size() >= HANDLES) {
      throw new RefusedException(
          maps.size() + " maps: the hardware knows " + (HANDLES - 1) + "; run it in engine sim");
    }
    OutsideMemory needs = places.needs();
    for (int i = 0; i < maps.size(); i++) {
      String name = "map " + maps.map(i).definition().name();
      boolean isOutside = places.isOutside(i) || places.isFarTable(i);
      if (isOutside && needs.kbytes() > memory.kbytes()) {
        throw new RefusedException(
            name
                + (places.isOutside(i)
                    ? ": does not fit map memory"
                    : ": its keys do not fit the table engines")
                + ", and "
                + (memory.kbytes() == 0
                    ? "the NIC has no memory port, behind which maps take %d KiB"
                        .formatted(needs.kbytes())
                    : "maps take %d KiB behind the memory port, where there are %d"
                        .formatted(needs.kbytes(), memory.kbytes()))
                + (places.isOutside(i) ? "; raise map_kbytes" : "; raise table_slots")
                + " or run it in engine sim");
      } else if (places.isFarTable(i) && needs.entries() > memory.entries()) {
        throw new RefusedException(
            name
                + ": its keys do not fit the table engines, and the NIC keeps book of %d entries of tables behind the memory port, where maps have %d"
                    .formatted(memory.entries(), needs.entries())
                + "; raise table_slots or run it in engine sim");
      }
      String cause = isTable(i) ? missingTable(i) : missingRing(i);
      if (cause != null) {
        throw new RefusedException(name + ": " + cause + "; run it in engine sim");
      }
    }
  }

  /** What the NIC has behind the memory port. */
  OutsideMemory memory() {
    return places.memory();
  }

  private boolean isTable(int map) {
    return MissingUnits.isTable(maps.map(map).definition().type());
  }

  private boolean hasValue(int map) {
    return MissingUnits.hasValue(maps.map(map).definition().type());
  }

  /** Why a table is none that the hardware has, or null. */
  private String missingTable(int map) {
    if (map >= TABLES) {
      return "the hardware's tables are among the first " + TABLES + " maps";
    } else if (places.isFarTable(map) && places.keyBeats(map) > OUTSIDE_KEY_BEATS) {
      return "keys of "
          + maps.map(map).keyBytes()
          + " bytes; behind the memory port, where they do not fit the table engines, the hardware's have up to "
          + OUTSIDE_KEY_BEATS * BEAT_BYTES
          + "; raise table_slots";
    }
    if (hasValue(map) && (maps.map(map).keyBytes() - 1) % BEAT_BYTES >= BEAT_BYTES / 2) {
      return "keys of "
          + maps.map(map).keyBytes()
          + " bytes, behind which the hardware has no room for the value";
    }
    if (maps.map(map).definition().type() == MapType.LPM_TRIE
        && maps.map(map).keyBytes() > PREFIX_KEY_BYTES) {
      return "keys of "
          + maps.map(map).keyBytes()
          + " bytes: the hardware's tries have prefixes of up to "
          + 8 * (PREFIX_KEY_BYTES - 4)
          + " bits";
    }
    return maps.map(map).valueBytes() > VALUE_BYTES
        ? "values over " + VALUE_BYTES + " bytes, which the hardware has no room for on their way"
        : null;
  }

  /** Why a ring buffer is none that the hardware has, or null. */
  private String missingRing(int map) {
    if (ring(map) == null) {
      return null;
    } else if (map >= TABLES) {
      return "the hardware's ring buffers are among the first " + TABLES + " maps";
    }
    return maps.map(map).definition().maxEntries() > RING_BYTES
        ? "a ring over " + RING_BYTES + " bytes"
        : null;
  }

  private RingBuffer ring(int map) {
    return maps.map(map) instanceof RingBuffer ring ? ring : null;
  }

  /** Whether there are ring buffers. */
  boolean hasRings() {
    return IntStream.range(0, maps.size()).anyMatch(map -> ring(map) != null);
  }

  /** Takes the records of all ring buffers through registers, and notes them in the maps. */
  void readRings(Registers registers) {
    for (int map = 0; map < maps.size(); map++) {
      if (ring(map) != null) {
        RingBuffer ring = ring(map);
        new RingReader(registers).read(map, ring.definition().maxEntries(), ring::note);
      }
    }
  }

  /** What registers are to be told of the maps. */
  List<RegisterWrite> descriptors() {
    return LoadedMaps.descriptors(maps, machine);
  }

  /**
   * Fills maps, while the NIC runs and has no packets: keys of tables as they came through its
   * registers, values past them, which is as fast as copying.
   */
  void fill(RtlModel rtl, RtlModel.Nic library, Pointer nic) {
    for (int i = 0; i < maps.size(); i++) {
      if (isTable(i)) {
        insert(rtl, i);
      } else if (ring(i) != null) {
        int words = (int) maps.map(i).definition().maxEntries() / Long.BYTES;
        library.weft_rtl_preload(nic, places.word(i, 0, 0), words, new long[words]);
        continue;
      }
      for (int copy = 0; copy < maps.map(i).copies(); copy++) {
        long[] data = copy(maps.map(i), copy);
        if (maps.map(i).definition().type() == MapType.PROG_ARRAY) {
          data = LongStream.of(data).map(this::firstRow).toArray();
        }
        library.weft_rtl_preload(nic, places.word(i, 0, copy), data.length, data);
      }
    }
  }

  private void insert(RtlModel rtl, int index) {
    SoftMap map = maps.map(index);
    rtl.write(List.of(new RegisterWrite(Register.MAP.offset(), index)));
    for (int entry = map.occupiedFrom(0); entry >= 0; entry = map.occupiedFrom(entry + 1)) {
      List<RegisterWrite> writes = new ArrayList<>();
      LoadedMaps.add(writes, Register.KEY, LoadedMaps.words(map.keyOf(entry)));
      if (hasValue(index)) {
        LoadedMaps.add(writes, Register.VALUE, LoadedMaps.words(map.value(entry, 0)));
      }
      LoadedMaps.add(writes, Register.COMMAND, UPDATE);
      rtl.write(writes);
      int error;
      do {
        error = rtl.readNow(Register.COMMAND_STATUS.offset());
      } while (error > 0);
      if (error < 0) {
        throw new IllegalStateException("map " + map.definition().name() + ": error " + error);
      }
    }
  }

  /** An entry of a program array: the program's first row, and 1, in the place of its number. */
  private long firstRow(long entry) {
    int program = (int) entry;
    return program == 0 ? 0 : entries.get(program - 1).row() + 1L;
  }

  void read(RtlModel.Nic library, Pointer nic) {
    for (int map = 0; map < maps.size(); map++) {
      if (isTable(map)) {
        if (!hasValue(map)) {
          readTable(library, nic, map);
        }
        continue;
      } else if (maps.map(map).definition().type() == MapType.PROG_ARRAY || ring(map) != null) {
        continue;
      }
      for (int copy = 0; copy < maps.map(map).copies(); copy++) {
        long[] data = new long[copy(maps.map(map), copy).length];
        library.weft_rtl_words(nic, places.word(map, 0, copy), data.length, data);
        set(maps.map(map), copy, data);
      }
    }
  }

  /** The map gets the hardware's keys, in entries of its own, and values. */
  private void readTable(RtlModel.Nic library, Pointer nic, int index) {
    SoftMap map = maps.map(index);
    for (int entry = map.occupiedFrom(0); entry >= 0; entry = map.occupiedFrom(entry + 1)) {
      map.delete(map.keyOf(entry), 0);
    }
    int beats = places.keyBeats(index);
    byte[] key = new byte[beats * BEAT_BYTES];
    byte[] beat = new byte[BEAT_BYTES];
    long[] words = new long[map.stride() / 8];
    boolean isFar = places.isFarTable(index);
    long firstEntry = isFar ? places.firstEntry(index) : places.firstBeat(index);
    for (int entry = 0; entry < map.room(); entry++) {
      if (library.weft_rtl_there(nic, firstEntry + entry) == 0) {
        continue;
      }
      if (isFar) {
        long[] outside = new long[beats * BEAT_BYTES / Long.BYTES];
        library.weft_rtl_words(nic, places.keyWord(index, entry), outside.length, outside);
        ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(outside);
      }
      for (int i = 0; i < beats && !isFar; i++) {
        library.weft_rtl_key(nic, places.firstBeat(index) + entry + i * map.room(), beat);
        System.arraycopy(beat, 0, key, i * BEAT_BYTES, BEAT_BYTES);
      }
      int error = map.commit(key, 0, 0, 0);
      if (error != 0) {
        throw new IllegalStateException("map " + map.definition().name() + ": error " + error);
      }
      int own = map.entryOf(key);
      for (int cpu = 0; cpu < map.copies(); cpu++) {
        library.weft_rtl_words(nic, places.word(index, entry, cpu), words.length, words);
        for (int i = 0; i < words.length; i++) {
          map.put(map.valueOf(own, cpu) + 8 * i, words[i]);
        }
      }
    }
  }

  private static LongBuffer words(SoftMap map) {
    return ByteBuffer.wrap(map.values()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
  }

  /** The values of a CPU, one after the other. */
  private static long[] copy(SoftMap map, int cpu) {
    LongBuffer all = words(map);
    int value = map.stride() / 8;
    long[] words = new long[all.capacity() / map.copies()];
    for (int i = 0; i < words.length; i++) {
      words[i] = all.get((i / value * map.copies() + cpu) * value + i % value);
    }
    return words;
  }

  private static void set(SoftMap map, int cpu, long... words) {
    LongBuffer all = words(map);
    int value = map.stride() / 8;
    for (int i = 0; i < words.length; i++) {
      all.put((i / value * map.copies() + cpu) * value + i % value, words[i]);
    }
  }
}
