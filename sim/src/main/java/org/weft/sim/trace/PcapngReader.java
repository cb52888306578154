package org.weft.sim.trace;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.isa.InputException;

/**
 * A pcapng file: blocks {@code type u32 | total length u32 | body | total length u32}. Section
 * headers, interface descriptions and the three kinds of packets count; all else is skipped.
 */
final class PcapngReader implements TraceReader {
  static final int SECTION_HEADER = 0x0a0d0d0a;
  private static final int INTERFACE = 1;
  private static final int OLD_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;
  private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  private static final int OPTION_RESOLUTION = 9;
  private static final int OPTION_OFFSET = 14;
  private static final int MAX_INTERFACES = 1 << 16;

  private record Interface(long ticksPerSecond, long offsetSeconds, long snapLength) {}

  private final String name;
  private final ByteSource source;
  private final List<Interface> interfaces = new ArrayList<>();
  private byte[] frame = new byte[2048];
  private int length;
  private long timestampNs;
  private long number = -1;
  private long blockStart;

  PcapngReader(String name, ByteSource source) throws IOException {
    this.name = name;
    this.source = source;
    section();
  }

  private InputException damaged(String cause) {
    String packet = number < 0 ? "" : ", after packet " + number;
    return new InputException(name + ": block at byte " + blockStart + packet + ": " + cause);
  }

  private void section() throws IOException {
    source.setOrder(false);
    long length = source.u32();
    int magic = source.i32();
    if (magic == Integer.reverseBytes(BYTE_ORDER_MAGIC)) {
      source.setOrder(true);
      length = Integer.reverseBytes((int) length) & 0xffffffffL;
    } else if (magic != BYTE_ORDER_MAGIC) {
      throw damaged("no byte-order magic; the file is damaged");
    }
    finish(length, 12);
    interfaces.clear();
  }

  /** Skips what is left of a block of which some bytes were read. */
  private void finish(long total, long read) throws IOException {
    if (total < read + 4 || total % 4 != 0) {
      throw damaged("length " + total + " is impossible; the file is damaged");
    }
    source.skip(total - read);
  }

  @Override
  public boolean next() throws IOException {
    try {
      while (source.has(1)) {
        blockStart = source.offset();
        int type = source.i32();
        if (type == SECTION_HEADER) {
          section();
          continue;
        }
        long total = source.u32();
        if (total < 12 || total % 4 != 0) {
          throw damaged("length " + total + " is impossible; the file is damaged");
        }
        switch (type) {
          case INTERFACE -> describe(total);
          case ENHANCED_PACKET, OLD_PACKET -> {
            packet(total, type);
            return true;
          }
          case SIMPLE_PACKET -> {
            simplePacket(total);
            return true;
          }
          default -> finish(total, 8);
        }
      }
      return false;
    } catch (EOFException e) {
      throw new InputException(name + ": block at byte " + blockStart + ": the file is cut off", e);
    }
  }

  private void describe(long total) throws IOException {
    if (total < 20) {
      throw damaged("an interface description of " + total + " bytes");
    }
    int link = source.u16();
    source.u16();
    long snapLength = source.u32();
    if (link != Traces.ETHERNET) {
      throw damaged("link type " + link + "; weft takes Ethernet (1) only");
    }
    if (interfaces.size() == MAX_INTERFACES) {
      throw damaged("more than " + MAX_INTERFACES + " interfaces");
    }
    long ticks = 1_000_000;
    long offset = 0;
    long read = 16;
    while (total - read >= 8) {
      int option = source.u16();
      int bytes = source.u16();
      read += 4;
      int padded = (bytes + 3) / 4 * 4;
      if (padded > total - read - 4) {
        throw damaged("an option reaches beyond the block");
      }
      if (option == OPTION_RESOLUTION && bytes == 1) {
        ticks = resolution(source.u16());
        source.skip(2);
      } else if (option == OPTION_OFFSET && bytes == 8) {
        offset = source.i64();
      } else {
        source.skip(padded);
      }
      read += padded;
      if (option == 0) {
        break;
      }
    }
    finish(total, read);
    interfaces.add(new Interface(ticks, offset, snapLength));
  }

  /** The exponent is the first of two bytes: a power of 10, or of 2 when bit 7 is set. */
  private long resolution(int first) {
    int exponent = source.isBigEndian() ? first >>> 8 : first & 0xff;
    boolean binary = (exponent & 0x80) != 0;
    int power = exponent & 0x7f;
    if (power > (binary ? 62 : 18)) {
      throw damaged("a clock of " + power + " digits");
    }
    return binary ? 1L << power : Math.round(Math.pow(10, power));
  }

  private void packet(long total, int type) throws IOException {
    number++;
    if (total < 32) {
      throw damaged("a packet block of " + total + " bytes");
    }
    int index = type == OLD_PACKET ? source.u16() : (int) Math.min(source.u32(), MAX_INTERFACES);
    if (type == OLD_PACKET) {
      source.u16();
    }
    long ticks = source.u32() << 32 | source.u32();
    long captured = source.u32();
    source.u32();
    if (index >= interfaces.size()) {
      throw damaged("interface " + index + " is not described");
    }
    take(total, 28, captured);
    Interface from = interfaces.get(index);
    long seconds = Long.divideUnsigned(ticks, from.ticksPerSecond());
    long rest = Long.remainderUnsigned(ticks, from.ticksPerSecond());
    long nanos =
        from.ticksPerSecond() <= 1_000_000_000L
            ? rest * 1_000_000_000L / from.ticksPerSecond()
            : (long) (rest * 1e9 / from.ticksPerSecond());
    timestampNs = (seconds + from.offsetSeconds()) * 1_000_000_000L + nanos;
  }

  private void simplePacket(long total) throws IOException {
    number++;
    if (total < 16) {
      throw damaged("a packet block of " + total + " bytes");
    }
    if (interfaces.isEmpty()) {
      throw damaged("a packet before any interface description");
    }
    long snap = interfaces.get(0).snapLength();
    long original = source.u32();
    take(total, 12, snap == 0 ? original : Math.min(original, snap));
    timestampNs = 0;
  }

  private void take(long total, long read, long captured) throws IOException {
    if (captured > Traces.MAX_FRAME_BYTES || captured > total - read - 4) {
      throw damaged("packet " + number + " of " + captured + " bytes does not fit its block");
    }
    length = (int) captured;
    if (length > frame.length) {
      frame = new byte[Traces.MAX_FRAME_BYTES];
    }
    source.read(frame, length);
    finish(total, read + captured);
  }

  @Override
  public byte[] frame() {
    return frame;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public long timestampNs() {
    return timestampNs;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
