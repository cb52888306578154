package org.weft.sim.trace;

import java.io.IOException;

/** Writes pcap with nanoseconds, little-endian. */
final class PcapWriter implements TraceWriter {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final ByteSink sink;

  PcapWriter(ByteSink sink) throws IOException {
    this.sink = sink;
    sink.i32(PcapReader.MAGIC_NANOSECONDS);
    sink.u16(2);
    sink.u16(4);
    sink.i32(0);
    sink.i32(0);
    sink.i32(Traces.MAX_FRAME_BYTES);
    sink.i32(Traces.ETHERNET);
  }

  @Override
  public void write(byte[] bytes, int offset, int length, long timestampNs) throws IOException {
    sink.i32((int) Long.divideUnsigned(timestampNs, NANOS_PER_SECOND));
    sink.i32((int) Long.remainderUnsigned(timestampNs, NANOS_PER_SECOND));
    sink.i32(length);
    sink.i32(length);
    sink.bytes(bytes, offset, length);
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
