package org.weft.sim.rtl;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.SoftMap;
import org.weft.sim.nic.MapPlaces;

/** Maps in the hardware's map memory: where they are, and what they hold. */
final class RtlMaps {
  /** Handles have so many values there; 0 is no map. */
  private static final int HANDLES = 256;

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
   * @throws RefusedException with the first that is not
   */
  void refuse() {
    if (maps.size() >= HANDLES) {
      throw new RefusedException(
          maps.size() + " maps: the hardware knows " + (HANDLES - 1) + "; run it in engine sim");
    }
    for (int i = 0; i < maps.size(); i++) {
      if (places.isOutside(i)) {
        throw new RefusedException(
            "map "
                + maps.map(i).definition().name()
                + ": does not fit map memory, and the hardware has no memory port; raise map_kbytes"
                + " or run it in engine sim");
      }
    }
  }

  void load(RtlModel.Nic library, Pointer nic) {
    for (int map = 0; map < maps.size(); map++) {
      long words = places.distance(map);
      MapType type = maps.map(map).definition().type();
      for (int cpu = 0; cpu < machine.cpus(); cpu++) {
        int core = cpu % machine.cores();
        // A CPU that the map has no value for has none.
        boolean isThere = maps.map(map).copies() == 1 || cpu < maps.map(map).copies();
        library.weft_rtl_describe(
            nic,
            core,
            cpu / machine.cores(),
            map + 1,
            places.word(map, 0, cpu),
            isThere ? words : 0,
            type == MapType.DEVMAP ? 1 : 0);
      }
      for (int copy = 0; copy < maps.map(map).copies(); copy++) {
        long[] data = copy(maps.map(map), copy);
        if (type == MapType.PROG_ARRAY) {
          data = LongStream.of(data).map(this::firstRow).toArray();
        }
        library.weft_rtl_preload(nic, places.word(map, 0, copy), data.length, data);
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
      if (maps.map(map).definition().type() == MapType.PROG_ARRAY) {
        continue;
      }
      for (int copy = 0; copy < maps.map(map).copies(); copy++) {
        long[] data = new long[copy(maps.map(map), copy).length];
        library.weft_rtl_words(nic, places.word(map, 0, copy), data.length, data);
        set(maps.map(map), copy, data);
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
