package org.weft.sim.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes pcapng with one Ethernet interface and nanoseconds, little-endian. */
final class PcapngWriter implements TraceWriter {
  private static final byte[] PADDING = new byte[4];

  private final OutputStream out;
  private final ByteBuffer block = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);

  PcapngWriter(OutputStream out) throws IOException {
    this.out = out;
    block.putInt(PcapngReader.SECTION_HEADER).putInt(28).putInt(0x1a2b3c4d);
    block.putShort((short) 1).putShort((short) 0).putLong(-1).putInt(28);
    block.putInt(1).putInt(32).putShort((short) Traces.ETHERNET).putShort((short) 0).putInt(0);
    block.putShort((short) 9).putShort((short) 1).put((byte) 9).put(PADDING, 0, 3);
    block.putInt(0).putInt(32);
    out.write(block.array(), 0, block.position());
  }

  @Override
  public void write(byte[] bytes, int offset, int length, long timestampNs) throws IOException {
    int padding = (4 - length % 4) % 4;
    int total = 32 + length + padding;
    block.clear();
    block.putInt(6).putInt(total).putInt(0).putInt((int) (timestampNs >>> 32));
    block.putInt((int) timestampNs).putInt(length).putInt(length);
    out.write(block.array(), 0, block.position());
    out.write(bytes, offset, length);
    out.write(PADDING, 0, padding);
    block.clear();
    block.putInt(total);
    out.write(block.array(), 0, 4);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
