package org.weft.sim.trace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A pcapng file: blocks {@code type u32 | total length u32 | body | total length u32}. Section
 * headers, interface descriptions and the three kinds of packets count; all else is skipped.
 *
 * <pre>
 * section:   byte-order magic u32 | version u16 u16 | section length i64 | options
 * interface: link type u16 | reserved u16 | snap length u32 | options
 * enhanced:  interface u32 | ticks high u32 | low u32 | captured u32 | original u32 | bytes
 * obsolete:  interface u16 | drops u16 | ticks high u32 | low u32 | captured u32 | original u32 | ..
 * simple:    original u32 | bytes
 * </pre>
 */
final class PcapngReader extends FrameReader {
  static final int SECTION = 0x0a0d0d0a;
  static final int INTERFACE = 1;
  static final int ENHANCED_PACKET = 6;
  static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  static final int OPTION_RESOLUTION = 9;

  private static final int OBSOLETE_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int OPTION_END = 0;
  private static final int OPTION_OFFSET = 14;
  private static final int BLOCK_HEADER_BYTES = 8;
  private static final int PACKET_HEADER_BYTES = 28;
  private static final int TRAILER_BYTES = 4;
  private static final int MAX_INTERFACES = 1 << 16;

  private record Interface(int linkType, long snapLength, Clock clock) {}

  private final List<Interface> interfaces = new ArrayList<>();
  private boolean inPacket;

  /** A reader for a source that stands at a section header. */
  PcapngReader(String name, ByteSource source) {
    super(name, source);
  }

  @Override
  public boolean next() throws IOException {
    while (true) {
      start = source.offset();
      inPacket = false;
      if (!source.has(BLOCK_HEADER_BYTES + TRAILER_BYTES)) {
        if (source.available() == 0) {
          return false;
        }
        throw cutOff();
      }
      int type = source.i32(0);
      if (type == SECTION) {
        section();
        continue;
      }
      long total = source.u32(4);
      switch (type) {
        case INTERFACE -> describe(total);
        case ENHANCED_PACKET, OBSOLETE_PACKET -> {
          packet(total, type);
          return true;
        }
        case SIMPLE_PACKET -> {
          simplePacket(total);
          return true;
        }
        default -> {
          begin(total, BLOCK_HEADER_BYTES);
          finish(total, BLOCK_HEADER_BYTES);
        }
      }
    }
  }

  /** Makes a block's fixed part available, which begins with type and length. */
  private void begin(long total, int fixed) throws IOException {
    if (total < fixed + TRAILER_BYTES || total % 4 != 0) {
      throw malformed("a length of " + total + " is not possible for it");
    }
    if (!source.has(fixed)) {
      throw cutOff();
    }
  }

  /** Steps over the fixed part. */
  private void enter(int fixed) {
    source.advance(fixed);
  }

  /** Skips what is left of a block; read of its bytes lie before the source's place. */
  private void skipRest(long total, long read) throws IOException {
    if (!source.skip(total - read - TRAILER_BYTES) || !source.has(TRAILER_BYTES)) {
      throw cutOff();
    }
    long repeated = source.u32(0);
    if (repeated != total) {
      throw malformed("its length is " + total + " in front and " + repeated + " at the end");
    }
    source.advance(TRAILER_BYTES);
  }

  private void finish(long total, int fixed) throws IOException {
    enter(fixed);
    skipRest(total, fixed);
  }

  private void section() throws IOException {
    source.setBigEndian(false);
    int magic = source.i32(8);
    if (magic == Integer.reverseBytes(BYTE_ORDER_MAGIC)) {
      source.setBigEndian(true);
    } else if (magic != BYTE_ORDER_MAGIC) {
      throw malformed("a section header without byte-order magic");
    }
    long total = source.u32(4);
    begin(total, 24);
    int major = source.u16(12);
    if (major != 1) {
      throw malformed("pcapng version " + major + "; weft reads version 1");
    }
    finish(total, 24);
    interfaces.clear();
  }

  private void describe(long total) throws IOException {
    begin(total, 16);
    if (interfaces.size() == MAX_INTERFACES) {
      throw malformed("more than " + MAX_INTERFACES + " interfaces");
    }
    int linkType = source.u16(8);
    long snapLength = source.u32(12);
    enter(16);
    int resolution = Clock.MICROSECONDS;
    long offset = 0;
    long read = 16;
    while (total - read - TRAILER_BYTES >= 4) {
      if (!source.has(4)) {
        throw cutOff();
      }
      int option = source.u16(0);
      int bytes = source.u16(2);
      int padded = (bytes + 3) / 4 * 4;
      enter(4);
      read += 4;
      if (option == OPTION_END) {
        break;
      }
      if (padded > total - read - TRAILER_BYTES) {
        throw malformed("option " + option + " reaches beyond the block");
      }
      if (!source.has(padded)) {
        throw cutOff();
      }
      if (option == OPTION_RESOLUTION && bytes == 1) {
        resolution = source.u8(0);
      } else if (option == OPTION_OFFSET && bytes == 8) {
        offset = source.i64(0);
      }
      enter(padded);
      read += padded;
    }
    if (!Clock.isKnown(resolution)) {
      throw malformed("if_tsresol " + resolution + ": a finer clock than 10^-18 or 2^-62 seconds");
    }
    skipRest(total, read);
    interfaces.add(new Interface(linkType, snapLength, new Clock(resolution, offset)));
  }

  private void packet(long total, int type) throws IOException {
    inPacket = true;
    begin(total, PACKET_HEADER_BYTES);
    long index = type == OBSOLETE_PACKET ? source.u16(8) : source.u32(8);
    long ticks = source.u32(12) << 32 | source.u32(16);
    long captured = source.u32(20);
    long original = source.u32(24);
    timestampNs = from(index).clock().nanos(ticks);
    body(total, PACKET_HEADER_BYTES, captured, original);
  }

  private void simplePacket(long total) throws IOException {
    inPacket = true;
    begin(total, 12);
    long original = source.u32(8);
    long snapLength = from(0).snapLength();
    timestampNs = 0;
    body(total, 12, snapLength == 0 ? original : Math.min(original, snapLength), original);
  }

  private void body(long total, int fixed, long captured, long original) throws IOException {
    if (captured > total - fixed - TRAILER_BYTES) {
      throw malformed(captured + " captured bytes in a block of " + total);
    }
    enter(fixed);
    take(captured, original);
    skipRest(total, fixed + captured);
    packets++;
  }

  private Interface from(long index) {
    if (index >= interfaces.size()) {
      throw malformed("interface " + index + " was not described before");
    }
    Interface from = interfaces.get((int) index);
    if (from.linkType() != Traces.ETHERNET) {
      throw malformed("interface " + index + ": " + Traces.wrongLinkType(from.linkType()));
    }
    return from;
  }

  @Override
  String place() {
    return inPacket ? "packet " + packets : "block after " + packets + " packets";
  }
}
