package org.weft.sim.ref;

import java.util.Arrays;
import org.weft.isa.xdp.ContextField;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;
import org.weft.sim.packet.PacketBuffer;

/** The memory that a program sees; every access is checked. */
final class Memory {
  /** Bytes of one frame's stack. */
  static final int FRAME_BYTES = 512;

  final byte[] argument;
  private final MapTable maps;
  private byte[] stack = new byte[8 * FRAME_BYTES];
  private int frames;
  PacketBuffer packet;

  /** Where the last access was resolved to. */
  byte[] array;

  int offset;

  Memory(MapTable maps, byte[] argument) {
    this.maps = maps;
    this.argument = argument;
  }

  /** Forgets all frames. */
  void reset() {
    frames = 0;
  }

  /** Adds a frame with a stack of zeros; its frame pointer. */
  long push() {
    int from = frames++ * FRAME_BYTES;
    if (from == stack.length) {
      stack = Arrays.copyOf(stack, 2 * stack.length);
    }
    Arrays.fill(stack, from, from + FRAME_BYTES, (byte) 0);
    return framePointer();
  }

  /** Drops the last frame; the frame pointer of the one before. */
  long pop() {
    frames--;
    return framePointer();
  }

  private long framePointer() {
    return Address.of(Address.FIRST_STACK + frames - 1, FRAME_BYTES);
  }

  /** Finds the bytes of an access. */
  void resolve(long address, int bytes, boolean write) {
    int at = (int) address;
    int memory = Address.memory(address);
    if (memory == Address.PACKET) {
      if (at < packet.dataMeta || at > packet.dataEnd - bytes) {
        throw outsidePacket(write, bytes, at);
      }
      array = packet.bytes;
      offset = at;
      return;
    }
    int frame = memory - Address.FIRST_STACK;
    if (frame >= 0 && frame < frames) {
      if (at < 0 || at > FRAME_BYTES - bytes) {
        throw fault(write, bytes, "stack offset " + (at - FRAME_BYTES) + " of -512 to 0");
      }
      array = stack;
      offset = at + frame * FRAME_BYTES;
      return;
    }
    if (memory == Address.ARGUMENT) {
      if (at < 0 || at > argument.length - bytes) {
        throw fault(write, bytes, "memory offset " + at + " of " + argument.length);
      }
      array = argument;
      offset = at;
      return;
    }
    value(address, bytes, write);
  }

  private void value(long address, int bytes, boolean write) {
    SoftMap map = maps.mapOrNull(Address.memory(address) - Address.FIRST_VALUE);
    if (map == null) {
      throw noMemory(address, bytes, write);
    }
    int at = (int) address;
    int inValue = at % map.stride();
    if (at < 0 || at >= map.values().length || inValue + bytes > map.valueBytes()) {
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
    if (write ? map.isReadOnly() : map.isWriteOnly()) {
      throw new ProgramFault(
          (write ? "writes to read-only map " : "reads from write-only map ")
              + map.definition().name());
    }
    if (map instanceof RingBuffer ring && !ring.isReserved(at, bytes)) {
      throw new ProgramFault(
          describe(write, bytes)
              + " of ring buffer "
              + map.definition().name()
              + " outside a reserved record: stay in what bpf_ringbuf_reserve gave");
    }
    array = map.values();
    offset = at;
  }

  /** As many of the bytes from an address on as there are, up to a limit; 0 for no address. */
  int available(long address, int limit) {
    int room =
        switch (Address.memory(address)) {
          case Address.PACKET -> packet.dataEnd - (int) address;
          default -> {
            SoftMap map = maps.mapOrNull(Address.memory(address) - Address.FIRST_VALUE);
            yield map == null
                ? FRAME_BYTES - (int) address
                : map.valueBytes() - (int) address % map.stride();
          }
        };
    return Math.max(0, Math.min(room, limit));
  }

  long load(long address, int bytes) {
    if (bytes == 4 && Address.memory(address) == Address.CONTEXT) {
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

  long loadSigned(long address, int bytes) {
    if (bytes == 4 && Address.memory(address) == Address.CONTEXT) {
      ContextField field = ContextField.at((int) address);
      if (field != null && !field.isPointer()) {
        return (int) context((int) address);
      }
    }
    resolve(address, bytes, false);
    return switch (bytes) {
      case 1 -> array[offset];
      case 2 -> (short) Little.SHORT.get(array, offset);
      default -> (int) Little.INT.get(array, offset);
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

  private ProgramFault outsidePacket(boolean write, int bytes, int at) {
    return fault(
        write,
        bytes,
        at < packet.data
            ? (at - packet.data)
                + " before a packet with metadata of "
                + (packet.data - packet.dataMeta)
            : "packet offset " + (at - packet.data) + " of " + packet.length());
  }

  private static ProgramFault noMemory(long address, int bytes, boolean write) {
    int memory = Address.memory(address);
    int at = (int) address;
    String access = describe(write, bytes) + " at ";
    if (address >= 0 && address < 4096) {
      return new ProgramFault(
          access + "null + " + address + ": compare the result of a lookup with 0 before use");
    }
    if (memory == Address.CONTEXT) {
      return new ProgramFault(
          access + "context offset " + at + ": programs read its fields, 4 bytes each, no more");
    }
    if ((memory & Address.MAP_BIT) != 0 && address > 0) {
      return new ProgramFault(access + "a map: programs reach it through helpers only");
    }
    return new ProgramFault(
        access + "0x" + Long.toHexString(address) + ", a number: load through a pointer");
  }

  private static String describe(boolean write, int bytes) {
    return (write ? "writes " : "reads ") + bytes + (bytes == 1 ? " byte" : " bytes");
  }

  private static ProgramFault fault(boolean write, int bytes, String where) {
    return new ProgramFault(
        describe(write, bytes) + " at " + where + " bytes: check the bounds before the access");
  }
}
