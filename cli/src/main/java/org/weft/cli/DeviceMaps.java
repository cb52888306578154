package org.weft.cli;

import java.io.PrintStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.weft.bitstream.device.DeviceMap;
import org.weft.bitstream.device.NicDevice;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapType;

/** {@code weft device maps}, {@code get}, {@code set}, {@code delete}, {@code records}. */
final class DeviceMaps {
  private static final String MAPS = "maps";
  private static final String GET = "get";
  private static final String SET = "set";
  private static final String DELETE = "delete";
  private static final String RECORDS = "records";

  /** What it can do. */
  static final List<String> NAMES = List.of(MAPS, GET, SET, DELETE, RECORDS);

  private static final int WORDS_WITH_KEY = 3;

  private final NicDevice device;
  private final PrintStream out;

  DeviceMaps(NicDevice device, PrintStream out) {
    this.device = device;
    this.out = out;
  }

  /** Does what the words say: a name of these, a map's number, a key, a value. */
  int run(List<String> words, int cpu) {
    String name = words.get(0);
    int expected =
        switch (name) {
          case MAPS -> Math.min(2, words.size());
          case RECORDS -> 2;
          case SET -> WORDS_WITH_KEY + 1;
          default -> WORDS_WITH_KEY;
        };
    if (words.size() != expected) {
      throw new InputException(
          "weft device "
              + name
              + ": write maps [MAP], get MAP KEYHEX, set MAP KEYHEX VALUEHEX, delete MAP KEYHEX,"
              + " or records MAP");
    }
    List<DeviceMap> maps = device.maps();
    if (words.size() == 1) {
      maps.forEach(this::describe);
      return 0;
    }
    DeviceMap map = find(maps, words.get(1));
    if (cpu > 0 && cpu >= map.copies()) {
      throw new InputException(
          "--cpu " + cpu + ": map " + map.number() + " has values for " + map.copies() + " CPUs");
    }
    switch (name) {
      case MAPS -> print(map);
      case RECORDS -> records(map);
      case GET -> get(map, key(map, words.get(2)), cpu);
      case SET -> {
        byte[] value = bytes(words.get(WORDS_WITH_KEY), "value", map.valueBytes());
        device.set(map, key(map, words.get(2)), value, cpu, NicDevice.ANY);
      }
      default -> {
        if (!device.delete(map, key(map, words.get(2)))) {
          throw noKey(map);
        }
      }
    }
    return 0;
  }

  private void describe(DeviceMap map) {
    out.printf(
        "map %d: %s, keys of %d bytes, values of %d, %s entries at most%s%n",
        map.number(),
        map.type().label(),
        map.keyBytes(),
        map.valueBytes(),
        Integer.toUnsignedString(map.maxEntries()),
        map.copies() > 1 ? ", for each of " + map.copies() + " CPUs" : "");
  }

  private void print(DeviceMap map) {
    describe(map);
    HexFormat hex = HexFormat.of();
    for (NicDevice.Entry entry : device.entries(map)) {
      List<String> values = entry.values().stream().map(hex::formatHex).toList();
      out.printf("%s %s%n", hex.formatHex(entry.key()), String.join(" ", values));
    }
  }

  private void records(DeviceMap map) {
    if (map.type() != MapType.RINGBUF) {
      throw new InputException(
          "map " + map.number() + ": a " + map.type().label() + "; only a ringbuf has records");
    }
    device.records(map).forEach(record -> out.println(HexFormat.of().formatHex(record)));
  }

  private void get(DeviceMap map, byte[] key, int cpu) {
    Optional<byte[]> value = device.get(map, key, cpu);
    out.println(HexFormat.of().formatHex(value.orElseThrow(() -> noKey(map))));
  }

  private static InputException noKey(DeviceMap map) {
    return new InputException("map " + map.number() + ": there is no such key");
  }

  private static DeviceMap find(List<DeviceMap> maps, String number) {
    for (DeviceMap map : maps) {
      if (Integer.toString(map.number()).equals(number)) {
        return map;
      }
    }
    throw new InputException(
        "map "
            + number
            + ": the device has "
            + maps.size()
            + " maps, numbered from 0; weft device maps lists them");
  }

  private static byte[] key(DeviceMap map, String text) {
    return bytes(text, "key", map.keyBytes());
  }

  private static byte[] bytes(String text, String what, int length) {
    byte[] bytes = Hex.parse(text, what);
    if (bytes.length != length) {
      throw new InputException(
          what + " " + text + ": has " + bytes.length + " bytes; the map's have " + length);
    }
    return bytes;
  }
}
