package org.weft.sim.map;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Plays a script on a map and compares what comes out with what the script says. Lines:
 *
 * <pre>
 * map TYPE key N value N entries N [flags N]     a new map, with two CPUs
 * cpu N                                          what follows happens on this CPU
 * update KEY VALUE FLAGS = ERROR                 a program's update
 * delete KEY = ERROR
 * lookup KEY = VALUE | none
 * hold KEY = VALUE | none                        a lookup whose address is kept
 * held = VALUE                                   what is at that address now
 * put KEY VALUE                                  an update by the user
 * contents = {KEY=VALUE or [one per CPU], ...}
 * evicted = true | false
 * </pre>
 */
final class MapScript {
  private final MapTable.Model model;
  private MapTable table;
  private SoftMap map;
  private int cpu;
  private int held;

  private MapScript(MapTable.Model model) {
    this.model = model;
  }

  /** Plays a script on maps as Linux has them, and as the hardware has them. */
  static void play(String script) {
    for (MapTable.Model model : MapTable.Model.values()) {
      play(model, script);
    }
  }

  static void play(MapTable.Model model, String script) {
    MapScript player = new MapScript(model);
    String played = script.lines().map(player::line).collect(Collectors.joining("\n", "", "\n"));
    assertEquals(script, played);
  }

  private String line(String line) {
    String command = line.contains("=") ? line.substring(0, line.indexOf('=')).strip() : line;
    String result = command.isBlank() ? null : run(command.strip().split(" +"));
    return result == null ? line : command + " = " + result;
  }

  private String run(String[] words) {
    switch (words[0]) {
      case "map" -> {
        MapType type = MapType.valueOf(words[1].toUpperCase(Locale.ROOT));
        int flags = words.length > 8 ? Integer.decode(words[9]) : 0;
        MapDefinition definition =
            MapDefinition.of(
                "m",
                type,
                Long.parseLong(words[3]),
                Long.parseLong(words[5]),
                Long.parseLong(words[7]),
                flags);
        table = new MapTable(List.of(definition), List.of(), 2, model);
        map = table.map(0);
        cpu = 0;
        return null;
      }
      case "cpu" -> {
        cpu = Integer.parseInt(words[1]);
        return null;
      }
      case "update" -> {
        return "" + map.update(hex(words[1]), 0, hex(words[2]), 0, Long.decode(words[3]), cpu);
      }
      case "delete" -> {
        return "" + map.delete(hex(words[1]), 0);
      }
      case "put" -> {
        table.put(0, hex(words[1]), hex(words[2]));
        return null;
      }
      case "lookup", "hold" -> {
        int at = map.lookup(hex(words[1]), 0, cpu);
        held = words[0].equals("hold") ? at : held;
        return at < 0 ? "none" : value(at);
      }
      case "held" -> {
        return value(held);
      }
      case "evicted" -> {
        return "" + map.evicted();
      }
      case "contents" -> {
        return contents();
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private String contents() {
    return table.contents(0).entries().entrySet().stream()
        .map(
            entry -> {
              var bytes = entry.getValue().bytes();
              return entry.getKey() + "=" + (bytes.size() == 1 ? bytes.get(0) : bytes);
            })
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private String value(int at) {
    return HexFormat.of().formatHex(map.values(), at, at + map.valueBytes());
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
