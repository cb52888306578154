package org.weft.sim.trace;

import java.io.EOFException;
import java.io.IOException;
import org.weft.isa.InputException;

/**
 * A pcap file.
 *
 * <pre>
 * header: magic u32 | version u16 u16 | zone i32 | accuracy u32 | snap length u32 | link type u32
 * packet: seconds u32 | fraction u32 | captured bytes u32 | original bytes u32 | bytes
 * </pre>
 */
final class PcapReader implements TraceReader {
  private final String name;
  private final ByteSource source;
  private final long nanosPerTick;
  private byte[] frame = new byte[2048];
  private int length;
  private long timestampNs;
  private long number = -1;

  PcapReader(String name, ByteSource source, boolean bigEndian, long nanosPerTick)
      throws IOException {
    this.name = name;
    this.source = source;
    this.nanosPerTick = nanosPerTick;
    source.setOrder(bigEndian);
    source.skip(16);
    long link = source.u32() & 0x0fffffffL;
    if (link != Traces.ETHERNET) {
      throw new InputException(name + ": link type " + link + "; weft takes Ethernet (1) only");
    }
  }

  @Override
  public boolean next() throws IOException {
    if (!source.has(1)) {
      return false;
    }
    number++;
    long start = source.offset();
    try {
      long seconds = source.u32();
      timestampNs = seconds * 1_000_000_000L + source.u32() * nanosPerTick;
      long captured = source.u32();
      source.u32();
      if (captured > Traces.MAX_FRAME_BYTES) {
        throw new InputException(
            name
                + ": packet "
                + number
                + " at byte "
                + start
                + ": "
                + captured
                + " bytes; at most "
                + Traces.MAX_FRAME_BYTES
                + ": the file is damaged");
      }
      length = (int) captured;
      if (length > frame.length) {
        frame = new byte[Traces.MAX_FRAME_BYTES];
      }
      source.read(frame, length);
      return true;
    } catch (EOFException e) {
      throw new InputException(
          name + ": packet " + number + " at byte " + start + ": the file is cut off", e);
    }
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
