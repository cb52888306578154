package org.weft.sim.map;

import org.weft.isa.InputException;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Values that name something outside the map ({@code struct bpf_devmap_val}, {@code struct
 * bpf_cpumap_val}, descriptors of sockets and perf events), as user space gives them.
 */
final class TargetValue {
  private static final int MAX_QUEUE = 16384;
  private static final int PROGRAM_OFFSET = 4;

  private TargetValue() {}

  /**
   * The value as the map keeps it.
   *
   * @throws InputException when Linux refuses the value, or it names a program that weft does not
   *     run
   */
  static byte[] stored(MapDefinition map, byte[] value) {
    MapType type = map.type();
    boolean devices = type == MapType.DEVMAP || type == MapType.DEVMAP_HASH;
    if (!devices && type != MapType.CPUMAP) {
      return value;
    }
    byte[] stored = value.clone();
    if (value.length > PROGRAM_OFFSET) {
      if ((int) Little.INT.get(value, PROGRAM_OFFSET) > 0) {
        throw new InputException(
            "map "
                + map.name()
                + ": the value names a program to run behind the redirect, which weft does not do;"
                + " make its last four bytes zero");
      }
      Little.INT.set(stored, PROGRAM_OFFSET, 0);
    }
    int first = (int) Little.INT.get(value, 0);
    if (type == MapType.CPUMAP && Integer.compareUnsigned(first, MAX_QUEUE) > 0) {
      throw new InputException(
          "map "
              + map.name()
              + ": queue size "
              + Integer.toUnsignedString(first)
              + "; at most "
              + MAX_QUEUE);
    }
    if (type == MapType.DEVMAP_HASH && first == 0) {
      throw new InputException("map " + map.name() + ": no interface has ifindex 0");
    }
    return stored;
  }
}
