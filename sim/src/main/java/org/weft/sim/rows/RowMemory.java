package org.weft.sim.rows;

import java.util.Arrays;
import org.weft.isa.row.Region;
import org.weft.sim.map.Little;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.SoftMap;
import org.weft.sim.packet.PacketBuffer;

/**
 * The memory of one thread. Bytes outside packet, stack or a map's values read as zero, byte by
 * byte; what is stored there is lost.
 */
final class RowMemory {
  /** Register value that stands for address 0 of the memory argument. */
  static final long ARGUMENT_BASE = 1L << 32;

  private static final int CHUNK_BITS = 6;

  private static final int MAX_STACK_BYTES = 4096;

  final byte[] stack;

  /** By chunk of the stack: whether it may be other than zero. Most programs touch few. */
  private long touched;

  /** By line of core memory, of eight bytes or more: whether the stack was stored to there. */
  private final long[] stored = new long[(MAX_STACK_BYTES >> 3) / Long.SIZE];

  private int lineShift = CHUNK_BITS;

  private final byte[] one = new byte[8];
  private final byte[] other = new byte[8];
  private byte[] scratch = one;
  private final byte[] argument;
  private final MapTable maps;
  PacketBuffer packet;

  /** The logical CPU whose values an access of a per-CPU map reaches. */
  int cpu;

  /** Where the last access was resolved to: an array, and the part of it that may be touched. */
  byte[] array;

  int at;
  private int start;
  private int end;

  RowMemory(MapTable maps, int stackBytes, byte[] argument) {
    this.maps = maps;
    this.argument = argument;
    stack = new byte[stackBytes];
  }

  /** Makes the stack zero. */
  void clearStack() {
    for (long chunks = touched; chunks != 0; chunks &= chunks - 1) {
      int from = Long.numberOfTrailingZeros(chunks) << CHUNK_BITS;
      Arrays.fill(stack, from, Math.min(stack.length, from + (1 << CHUNK_BITS)), (byte) 0);
    }
    if (touched != 0) {
      Arrays.fill(stored, 0);
    }
    touched = 0;
  }

  /** Says how long the lines of core memory are, a power of two. */
  void lineBytes(int bytes) {
    lineShift = Integer.numberOfTrailingZeros(bytes);
  }

  /** The place of a byte of the packet's buffer in its line of core memory. */
  int inLine(int offset) {
    return offset & (1 << lineShift) - 1;
  }

  /** Lines that so many bytes from the beginning of one reach into. */
  int lines(int bytes) {
    return bytes + (1 << lineShift) - 1 >> lineShift;
  }

  /** Lines of the stack that were stored to since it was made zero. */
  int storedLines() {
    int lines = 0;
    if (touched != 0) {
      for (long set : stored) {
        lines += Long.bitCount(set);
      }
    }
    return lines;
  }

  /** Says that bytes inside the stack are stored to. */
  private void stored(int offset, int bytes) {
    touch(offset, bytes);
    int first = offset >> lineShift;
    int last = offset + bytes - 1 >> lineShift;
    stored[first >> 6] |= 1L << first;
    stored[last >> 6] |= 1L << last;
  }

  /** Says that bytes inside the stack may be written. */
  void touch(int offset, int bytes) {
    int last = offset + bytes - 1 >> CHUNK_BITS;
    touched |= -1L << (offset >> CHUNK_BITS) & -1L >>> 63 - last;
  }

  /** Where in the packet's buffer an address lies. */
  int packetOffset(long address) {
    return packet.data + (short) address;
  }

  boolean isInPacket(int offset, int bytes) {
    return offset >= packet.dataMeta && offset <= packet.dataEnd - bytes;
  }

  boolean isInStack(int offset, int bytes) {
    return offset >= 0 && offset <= stack.length - bytes;
  }

  /** Bytes of the packet, as a little-endian number. */
  long loadPacket(long address, int bytes) {
    int offset = packetOffset(address);
    return isInPacket(offset, bytes)
        ? read(packet.bytes, offset, bytes)
        : load(Region.PACKET, address, bytes);
  }

  long loadStack(long address, int bytes) {
    int offset = (short) address;
    return isInStack(offset, bytes)
        ? read(stack, offset, bytes)
        : load(Region.STACK, address, bytes);
  }

  void storePacket(long address, int bytes, long value) {
    int offset = packetOffset(address);
    if (isInPacket(offset, bytes)) {
      write(packet.bytes, offset, bytes, value);
    } else {
      store(Region.PACKET, address, bytes, value);
    }
  }

  void storeStack(long address, int bytes, long value) {
    int offset = (short) address;
    if (isInStack(offset, bytes)) {
      stored(offset, bytes);
      write(stack, offset, bytes, value);
    } else {
      store(Region.STACK, address, bytes, value);
    }
  }

  private static long read(byte[] array, int offset, int bytes) {
    return switch (bytes) {
      case 1 -> array[offset] & 0xffL;
      case 2 -> (short) Little.SHORT.get(array, offset) & 0xffffL;
      case 4 -> (int) Little.INT.get(array, offset) & 0xffffffffL;
      case 6 ->
          (int) Little.INT.get(array, offset) & 0xffffffffL
              | ((short) Little.SHORT.get(array, offset + 4) & 0xffffL) << 32;
      case 8 -> (long) Little.LONG.get(array, offset);
      default -> readPart(array, offset, offset + bytes);
    };
  }

  private static long readPart(byte[] array, int from, int to) {
    long value = 0;
    for (int i = to - 1; i >= from; i--) {
      value = value << 8 | array[i] & 0xffL;
    }
    return value;
  }

  private static void write(byte[] array, int offset, int bytes, long value) {
    switch (bytes) {
      case 1 -> array[offset] = (byte) value;
      case 2 -> Little.SHORT.set(array, offset, (short) value);
      case 4 -> Little.INT.set(array, offset, (int) value);
      case 6 -> {
        Little.INT.set(array, offset, (int) value);
        Little.SHORT.set(array, offset + 4, (short) (value >>> 32));
      }
      case 8 -> Little.LONG.set(array, offset, value);
      default -> writePart(array, offset, offset + bytes, value);
    }
  }

  private static void writePart(byte[] array, int from, int to, long value) {
    for (int i = from; i < to; i++) {
      array[i] = (byte) (value >>> 8 * (i - from));
    }
  }

  /** What a load does to the number that it found: swaps its bytes, extends its sign. */
  static long extended(long little, int bytes, boolean signed, boolean swapped) {
    int spare = 64 - 8 * bytes;
    long value = ordered(little, bytes, swapped);
    return signed ? value << spare >> spare : value;
  }

  /** A number with its lowest bytes swapped, and no others, or as it is. */
  static long ordered(long value, int bytes, boolean swapped) {
    return swapped ? Long.reverseBytes(value) >>> 64 - 8 * bytes : value;
  }

  /** Finds an address; whether all bytes are inside. */
  boolean resolve(Region region, long address, int bytes) {
    long offset = address;
    switch (region) {
      case REGISTER -> {
        // Two, since a call may have a key and a value in registers.
        scratch = scratch == one ? other : one;
        array = scratch;
        Little.LONG.set(array, 0, address);
        start = 0;
        end = 8;
        offset = 0;
      }
      case PACKET -> {
        array = packet.bytes;
        start = packet.dataMeta;
        end = packet.dataEnd;
        offset = packetOffset(address);
      }
      case STACK -> {
        array = stack;
        start = 0;
        end = stack.length;
        offset = (short) address;
        int low = Math.max(0, (int) offset);
        int high = Math.min(end, (int) offset + bytes);
        if (low < high) {
          touch(low, high - low);
        }
      }
      case ARGUMENT -> {
        array = argument;
        start = 0;
        end = argument.length;
        offset = address - ARGUMENT_BASE;
      }
      case MAP -> {
        offset = value(address);
      }
    }
    boolean inside = offset >= start && offset <= end - bytes;
    at = offset >= Integer.MIN_VALUE && offset <= Integer.MAX_VALUE - 8 ? (int) offset : -1 << 30;
    return inside;
  }

  /**
   * Finds the word of a map's values that an address points into, eight bytes of one value; the
   * offset of the byte, or -1 if there is none.
   */
  private int word(SoftMap map, long address) {
    int offset = map == null || (int) address < 0 ? -1 : map.ownCopy((int) address, cpu);
    return offset >= 0 && offset < map.values().length ? offset : -1;
  }

  /** Whether bytes lie in one word, and so in one value. */
  private static boolean isInWord(long address, int bytes) {
    return (address & 7) + bytes <= Long.BYTES;
  }

  private SoftMap map(long address) {
    return maps.mapOrNull((int) (address >>> 32) - 1);
  }

  /** Finds the value that an address points into; the offset in the map's values. */
  private int value(long address) {
    SoftMap map = map(address);
    int offset = word(map, address);
    if (offset < 0) {
      array = stack;
      start = 0;
      end = 0;
      return -1;
    }
    array = map.values();
    start = offset - map.within(offset);
    end = start + map.stride();
    return offset;
  }

  /** Whether an address is in a map's values. */
  boolean isInMap(long address) {
    return value(address) >= 0;
  }

  /** Bytes from one value on into the next, which may be elsewhere. */
  private long loadAcross(long address, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      int from = value(address + i);
      value |= from < 0 ? 0 : (array[from] & 0xffL) << 8 * i;
    }
    return value;
  }

  private void storeAcross(long address, int bytes, long value) {
    for (int i = 0; i < bytes; i++) {
      int to = value(address + i);
      if (to >= 0) {
        array[to] = (byte) (value >>> 8 * i);
      }
    }
  }

  /** Bytes anywhere, as a little-endian number. */
  long load(Region region, long address, int bytes) {
    if (region == Region.MAP && isInWord(address, bytes)) {
      SoftMap map = map(address);
      int offset = word(map, address);
      return offset < 0 ? 0 : read(map.values(), offset, bytes);
    } else if (resolve(region, address, bytes)) {
      return read(array, at, bytes);
    } else if (region == Region.MAP && start < end) {
      return loadAcross(address, bytes);
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      if (at + i >= start && at + i < end) {
        value |= (array[at + i] & 0xffL) << 8 * i;
      }
    }
    return value;
  }

  void store(Region region, long address, int bytes, long value) {
    if (region == Region.MAP && isInWord(address, bytes)) {
      SoftMap map = map(address);
      int offset = word(map, address);
      if (offset >= 0) {
        write(map.values(), offset, bytes, value);
      }
      return;
    }
    boolean inside = resolve(region, address, bytes);
    if (region == Region.STACK && at < end && at + bytes > 0) {
      int low = Math.max(0, at);
      stored(low, Math.min(end, at + bytes) - low);
    }
    if (inside) {
      write(array, at, bytes, value);
      return;
    } else if (region == Region.MAP && start < end) {
      storeAcross(address, bytes, value);
      return;
    }
    for (int i = 0; i < bytes; i++) {
      if (at + i >= start && at + i < end) {
        array[at + i] = (byte) (value >>> 8 * i);
      }
    }
  }

  /** Says that a helper has written to bytes of the stack, line by line. */
  void filled(Region region, long address, int bytes) {
    resolve(region, address, bytes);
    int from = Math.max(0, at);
    int to = Math.min(end, at + bytes);
    for (int line = from >> lineShift; region == Region.STACK && line << lineShift < to; line++) {
      stored(Math.max(from, line << lineShift), 1);
    }
  }

  /** Makes the bytes of a helper's argument readable in full: those outside become zero. */
  void borrow(Region region, long address, int bytes) {
    if (!resolve(region, address, bytes)) {
      byte[] copy = new byte[bytes];
      for (int i = 0; i < bytes; i++) {
        if (at + i >= start && at + i < end) {
          copy[i] = array[at + i];
        }
      }
      array = copy;
      at = 0;
    }
  }
}
