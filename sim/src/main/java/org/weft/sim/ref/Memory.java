package org.weft.sim.ref;

import org.weft.isa.xdp.ContextField;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.SoftMap;
import org.weft.sim.packet.PacketBuffer;

/** The memory that a program sees; every access is checked. */
final class Memory {
  static final int FRAME_BYTES = 512;
  static final int FRAMES = 8;

  final byte[] stack = new byte[FRAME_BYTES * FRAMES];
  final byte[] argument;
  private final MapTable maps;
  PacketBuffer packet;

  /** Top of the current frame: what lies above it belongs to callers, what lies below to nobody. */
  int frame;

  /** Where the last access was resolved to. */
  byte[] array;

  int offset;

  Memory(MapTable maps, byte[] argument) {
    this.maps = maps;
    this.argument = argument;
  }

  /** Finds the bytes of an access. */
  void resolve(long address, int bytes, boolean write) {
    int at = (int) address;
    switch (Address.memory(address)) {
      case Address.PACKET -> {
        if (at < packet.dataMeta || at > packet.dataEnd - bytes) {
          throw fault(
              write, bytes, "packet offset " + (at - packet.data) + " of " + packet.length());
        }
        array = packet.bytes;
      }
      case Address.STACK -> {
        if (at < 0 || at > stack.length - bytes) {
          throw fault(write, bytes, "stack offset " + (at - FRAME_BYTES) + " of -512");
        }
        array = stack;
      }
      case Address.ARGUMENT -> {
        if (at < 0 || at > argument.length - bytes) {
          throw fault(write, bytes, "memory offset " + at + " of " + argument.length);
        }
        array = argument;
      }
      default -> value(address, bytes, write);
    }
    offset = at;
  }

  private void value(long address, int bytes, boolean write) {
    SoftMap map = maps.mapOrNull(Address.memory(address) - Address.FIRST_VALUE);
    if (map == null) {
      throw new ProgramFault(describe(write, bytes) + " at " + what(address));
    }
    int at = (int) address;
    int inValue = at % map.stride();
    if (at < 0 || at > map.values().length - bytes || inValue + bytes > map.valueBytes()) {
      throw fault(
          write,
          bytes,
          "offset "
              + inValue
              + " of a value of map "
              + map.definition().name()
              + " of "
              + map.valueBytes());
    }
    if (write && map.isReadOnly()) {
      throw new ProgramFault("writes to read-only map " + map.definition().name());
    }
    array = map.values();
  }

  private static String what(long address) {
    if (address == 0) {
      return "a null pointer: check the result of the lookup before use";
    }
    int memory = Address.memory(address);
    if (memory == Address.CONTEXT) {
      return "context offset " + (int) address;
    }
    return (memory & Address.MAP_BIT) != 0
        ? "a map: programs reach maps through helpers only"
        : "0x" + Long.toHexString(address) + ", which is no address";
  }

  private static String describe(boolean write, int bytes) {
    return (write ? "writes " : "reads ") + bytes + (bytes == 1 ? " byte" : " bytes");
  }

  private static ProgramFault fault(boolean write, int bytes, String where) {
    return new ProgramFault(
        describe(write, bytes) + " at " + where + " bytes: check the bounds before the access");
  }

  long load(long address, int bytes) {
    if (Address.memory(address) == Address.CONTEXT && bytes == 4) {
      return context((int) address);
    }
    resolve(address, bytes, false);
    return switch (bytes) {
      case 1 -> array[offset] & 0xffL;
      case 2 -> (short) Little.SHORT.get(array, offset) & 0xffffL;
      case 4 -> (int) Little.INT.get(array, offset) & 0xffffffffL;
      default -> (long) Little.LONG.get(array, offset);
    };
  }

  void store(long address, int bytes, long value) {
    resolve(address, bytes, true);
    switch (bytes) {
      case 1 -> array[offset] = (byte) value;
      case 2 -> Little.SHORT.set(array, offset, (short) value);
      case 4 -> Little.INT.set(array, offset, (int) value);
      default -> Little.LONG.set(array, offset, value);
    }
  }

  /**
   * As in the kernel, loads of packet pointers give addresses although they are four bytes wide.
   */
  private long context(int at) {
    ContextField field = ContextField.at(at);
    if (field == null) {
      throw new ProgramFault("reads 4 bytes at context offset " + at + ", where no field begins");
    }
    return switch (field) {
      case DATA -> Address.of(Address.PACKET, packet.data);
      case DATA_END -> Address.of(Address.PACKET, packet.dataEnd);
      case DATA_META -> Address.of(Address.PACKET, packet.dataMeta);
      case INGRESS_IFINDEX -> packet.ingressIfindex & 0xffffffffL;
      case RX_QUEUE_INDEX -> packet.rxQueueIndex & 0xffffffffL;
      case EGRESS_IFINDEX -> packet.egressIfindex & 0xffffffffL;
    };
  }
}
