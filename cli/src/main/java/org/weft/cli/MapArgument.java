package org.weft.cli;

import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapStore;

/**
 * One {@code --map NAME:KEYHEX:VALUE}.
 *
 * @param name the map's name
 * @param key bytes of the key
 * @param value bytes in hex; for maps of maps and program arrays the name of a map or program
 */
record MapArgument(String name, byte[] key, String value) {
  /** Takes an argument apart; what the value means depends on the map. */
  static MapArgument parse(String text) {
    int first = text.indexOf(':');
    int second = text.indexOf(':', first + 1);
    if (first <= 0 || second < 0) {
      throw new InputException("--map " + text + ": write NAME:KEYHEX:VALUE");
    }
    String name = text.substring(0, first);
    byte[] key = Hex.parse(text.substring(first + 1, second), "--map " + text + ": key");
    return new MapArgument(name, key, text.substring(second + 1));
  }

  /** Sets the entry in an engine's maps. */
  void apply(MapStore maps) {
    List<MapDefinition> definitions = maps.definitions();
    int map = find(definitions);
    MapType type = definitions.get(map).type();
    if (type.isMapOfMaps() || type == MapType.PROG_ARRAY) {
      maps.putReference(map, key, value);
    } else {
      maps.put(map, key, Hex.parse(value, "--map " + name + ": value"));
    }
  }

  private int find(List<MapDefinition> definitions) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < definitions.size(); i++) {
      if (definitions.get(i).name().equals(name)) {
        return i;
      }
      if (!definitions.get(i).isOfLibrary()) {
        names.add(definitions.get(i).name());
      }
    }
    throw new InputException(
        "--map "
            + name
            + ": "
            + (names.isEmpty()
                ? "the program has no maps"
                : "no such map; there are " + String.join(", ", names)));
  }
}
