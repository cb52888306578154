package org.weft.sim.trace;

import java.io.IOException;
import org.weft.isa.InputException;

/**
 * A pcap file.
 *
 * <pre>
 * file:   magic u32 | version u16 u16 | zone i32 | accuracy u32 | snap length u32 | link type u32
 * packet: seconds u32 | fraction u32 | captured bytes u32 | original bytes u32 | bytes
 * </pre>
 *
 * Seconds count from 1970 in UTC; the zone is zero in practice and ignored, as in libpcap.
 */
final class PcapReader extends FrameReader {
  static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
  static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
  static final int FILE_HEADER_BYTES = 24;
  static final int PACKET_HEADER_BYTES = 16;

  /** The upper bits of the link type say how long a frame check sequence is. */
  private static final int LINK_TYPE_MASK = 0xffff;

  private final long nanosPerTick;

  /** A reader for a source whose byte order is set and whose next bytes are the file header. */
  PcapReader(String name, ByteSource source, long nanosPerTick) throws IOException {
    super(name, source);
    this.nanosPerTick = nanosPerTick;
    if (!source.has(FILE_HEADER_BYTES)) {
      throw new InputException(name + ": the file header is cut off");
    }
    int major = source.u16(4);
    if (major != 2) {
      throw new InputException(
          name + ": pcap version " + major + "; weft reads version 2: convert it with editcap");
    }
    int link = source.i32(20) & LINK_TYPE_MASK;
    if (link != Traces.ETHERNET) {
      throw new InputException(name + ": " + Traces.wrongLinkType(link));
    }
    source.advance(FILE_HEADER_BYTES);
  }

  @Override
  public boolean next() throws IOException {
    start = source.offset();
    if (!source.has(PACKET_HEADER_BYTES)) {
      if (source.available() == 0) {
        return false;
      }
      throw cutOff();
    }
    timestampNs = source.u32(0) * 1_000_000_000L + source.u32(4) * nanosPerTick;
    long captured = source.u32(8);
    long original = source.u32(12);
    source.advance(PACKET_HEADER_BYTES);
    take(captured, original);
    packets++;
    return true;
  }

  @Override
  String place() {
    return "packet " + packets;
  }
}
