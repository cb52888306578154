package org.weft.isa.image;

import java.util.ArrayList;
import java.util.List;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Where the values of a program's arrays are when they lie one after the other in map memory, in
 * the order of the maps, for one logical CPU. Each value begins a word of eight bytes.
 *
 * @param places by map; other maps than arrays have no words
 * @param values what is there at first
 */
public record ArrayLayout(List<Place> places, Bytes values) {
  private static final int WORD = 8;

  /** What is larger counts as this large: no sum overflows. */
  private static final long LARGEST = 1L << 28;

  /**
   * Where the values of a map are.
   *
   * @param first the first word
   * @param words how many there are
   */
  public record Place(int first, int words) {}

  /**
   * Places all arrays of a program.
   *
   * @throws RefusedException when they take more than the map memory of its machine
   */
  public static ArrayLayout of(ProgramImage image) {
    long available = image.machine().mapKbytes() * 1024L;
    long needed = bytes(image.maps());
    if (needed > available) {
      throw tooLarge(image.maps(), needed, image.machine());
    }
    List<Place> places = new ArrayList<>();
    byte[] values = new byte[(int) needed];
    int first = 0;
    for (MapDefinition map : image.maps()) {
      int words = (int) (bytes(map) / WORD);
      byte[] data = map.data().toArray();
      System.arraycopy(data, 0, values, first * WORD, words == 0 ? 0 : data.length);
      places.add(new Place(words == 0 ? 0 : first, words));
      first += words;
    }
    return new ArrayLayout(List.copyOf(places), Bytes.of(values));
  }

  /** Bytes that the values of all arrays take. */
  public static long bytes(List<MapDefinition> maps) {
    return maps.stream().mapToLong(ArrayLayout::bytes).sum();
  }

  private static long bytes(MapDefinition map) {
    boolean isArray = map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
    return isArray ? Math.min(map.maxEntries(), LARGEST) * Math.min(stride(map), LARGEST) : 0;
  }

  private static long stride(MapDefinition map) {
    return (map.valueSize() + WORD - 1) / WORD * WORD;
  }

  private static RefusedException tooLarge(
      List<MapDefinition> maps, long needed, MachineSpec machine) {
    MapDefinition largest =
        maps.stream().max((a, b) -> Long.compare(bytes(a), bytes(b))).orElseThrow();
    return new RefusedException(
        String.format(
            "values of arrays take %d bytes, machine %s has %d for them (map_kbytes); the largest"
                + " map, %s, takes %d: give it fewer entries with --map-entries %s:N",
            needed,
            machine.name(),
            machine.mapKbytes() * 1024,
            largest.name(),
            bytes(largest),
            largest.name()));
  }

  /** The values of a map at first, one after the other. */
  public Bytes values(int map) {
    Place place = places.get(map);
    return Bytes.of(values.toArray(), place.first() * WORD, place.words() * WORD);
  }
}
