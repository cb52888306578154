package org.weft.sim.trace;

import java.io.IOException;

/** Writes pcapng with one Ethernet interface and nanoseconds, little-endian. */
final class PcapngWriter implements TraceWriter {
  private static final byte[] PADDING = new byte[4];
  private static final int NANOSECONDS = 9;

  private final ByteSink sink;

  PcapngWriter(ByteSink sink) throws IOException {
    this.sink = sink;
    sink.i32(PcapngReader.SECTION);
    sink.i32(28);
    sink.i32(PcapngReader.BYTE_ORDER_MAGIC);
    sink.u16(1);
    sink.u16(0);
    sink.i32(-1);
    sink.i32(-1);
    sink.i32(28);

    sink.i32(PcapngReader.INTERFACE);
    sink.i32(32);
    sink.u16(Traces.ETHERNET);
    sink.u16(0);
    sink.i32(Traces.MAX_FRAME_BYTES);
    sink.u16(PcapngReader.OPTION_RESOLUTION);
    sink.u16(1);
    sink.i32(NANOSECONDS);
    sink.i32(0);
    sink.i32(32);
  }

  @Override
  public void write(byte[] bytes, int offset, int length, long timestampNs) throws IOException {
    int padding = (4 - length % 4) % 4;
    int total = 32 + length + padding;
    sink.i32(PcapngReader.ENHANCED_PACKET);
    sink.i32(total);
    sink.i32(0);
    sink.i32((int) (timestampNs >>> 32));
    sink.i32((int) timestampNs);
    sink.i32(length);
    sink.i32(length);
    sink.bytes(bytes, offset, length);
    sink.bytes(PADDING, 0, padding);
    sink.i32(total);
  }

  @Override
  public void abandon() throws IOException {
    sink.abandon();
  }

  @Override
  public void close() throws IOException {
    sink.close();
  }
}
