package org.weft.cli;

import java.util.List;
import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapStore;

/**
 * One {@code --map NAME:KEYHEX:VALUE}.
 *
 * @param text as given
 */
record MapArgument(String text) {
  /** Sets the entry in an engine's maps. */
  void apply(MapStore maps) {
    int first = text.indexOf(':');
    int second = text.indexOf(':', first + 1);
    if (first <= 0 || second < 0) {
      throw new InputException("--map " + text + ": write NAME:KEYHEX:VALUE");
    }
    String name = text.substring(0, first);
    String value = text.substring(second + 1);
    int map = find(maps.definitions(), name);
    MapType type = maps.definitions().get(map).type();
    byte[] key = Hex.parse(text.substring(first + 1, second), "--map " + name + ", key");
    if (type.isMapOfMaps() || type == MapType.PROG_ARRAY) {
      maps.putReference(map, key, value);
    } else {
      maps.put(map, key, Hex.parse(value, "--map " + name + ", value"));
    }
  }

  private int find(List<MapDefinition> definitions, String name) {
    for (int i = 0; i < definitions.size(); i++) {
      if (definitions.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new InputException(
        "--map "
            + text
            + ": no map "
            + name
            + "; there are "
            + String.join(", ", definitions.stream().map(MapDefinition::name).toList()));
  }
}
