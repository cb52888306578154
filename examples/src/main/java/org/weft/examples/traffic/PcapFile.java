package org.weft.examples.traffic;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes a pcap file with times in nanoseconds, little-endian, link type Ethernet. */
final class PcapFile implements Closeable {
  private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
  private static final int ETHERNET = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final OutputStream out;
  private final ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);

  PcapFile(OutputStream to) throws IOException {
    out = new BufferedOutputStream(to, 1 << 16);
    header.putInt(MAGIC_NANOSECONDS).putShort((short) 2).putShort((short) 4);
    header.putLong(0).putInt(FrameBuffer.CAPACITY).putInt(ETHERNET);
    out.write(header.array(), 0, 24);
  }

  void write(byte[] bytes, int length, long timestampNs) throws IOException {
    header.clear();
    header.putInt((int) (timestampNs / NANOS_PER_SECOND));
    header.putInt((int) (timestampNs % NANOS_PER_SECOND));
    header.putInt(length).putInt(length);
    out.write(header.array(), 0, 16);
    out.write(bytes, 0, length);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
