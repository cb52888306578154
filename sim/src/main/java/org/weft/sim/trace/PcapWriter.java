package org.weft.sim.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes pcap with nanoseconds, little-endian. */
final class PcapWriter implements TraceWriter {
  private static final int SNAP_LENGTH = 262_144;

  private final OutputStream out;
  private final ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);

  PcapWriter(OutputStream out) throws IOException {
    this.out = out;
    header.putInt(0xa1b23c4d).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
    header.putInt(SNAP_LENGTH).putInt(Traces.ETHERNET);
    out.write(header.array());
  }

  @Override
  public void write(byte[] bytes, int offset, int length, long timestampNs) throws IOException {
    header.clear();
    header.putInt((int) (timestampNs / 1_000_000_000L));
    header.putInt((int) (timestampNs % 1_000_000_000L)).putInt(length).putInt(length);
    out.write(header.array(), 0, 16);
    out.write(bytes, offset, length);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
