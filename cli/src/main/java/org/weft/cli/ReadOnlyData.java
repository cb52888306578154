package org.weft.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;

/**
 * {@code --map .rodata:00000000:VALUE}: constants are set before anything is compiled or loaded, as
 * libbpf's skeletons do.
 *
 * @param input the program with its constants set
 * @param others what is left to be set in an engine's maps
 */
record ReadOnlyData(Input input, List<MapArgument> others) {
  private static final byte[] KEY = new byte[4];

  static ReadOnlyData set(Input input, List<MapArgument> arguments) {
    List<MapDefinition> maps = input.image() == null ? input.object().maps() : input.image().maps();
    XdpObject object = input.object();
    List<MapArgument> others = new ArrayList<>();
    for (MapArgument argument : arguments) {
      int map = index(maps, argument.name());
      if (map < 0) {
        others.add(argument);
      } else if (object == null) {
        throw new InputException(
            "--map "
                + argument.name()
                + ": the image was compiled for what is in it; give --map to weft compile");
      } else {
        object = object.withData(map, data(maps.get(map), argument));
      }
    }
    return new ReadOnlyData(new Input(input.file(), object, input.image()), others);
  }

  private static int index(List<MapDefinition> maps, String name) {
    for (int i = 0; i < maps.size(); i++) {
      if (maps.get(i).name().equals(name) && maps.get(i).isReadOnlyData()) {
        return i;
      }
    }
    return -1;
  }

  private static Bytes data(MapDefinition map, MapArgument argument) {
    String place = "--map " + map.name();
    if (!Arrays.equals(argument.key(), KEY)) {
      throw new InputException(place + ": has one entry, whose key is 00000000");
    }
    byte[] value = Hex.parse(argument.value(), place + ": value");
    if (value.length != map.valueSize()) {
      throw new InputException(
          place + ": value has " + value.length + " bytes; it needs " + map.valueSize());
    }
    return Bytes.of(value);
  }
}
