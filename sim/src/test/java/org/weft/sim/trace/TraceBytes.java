package org.weft.sim.trace;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Builds traces byte by byte, and says what a reader makes of them. */
final class TraceBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteOrder order;

  TraceBytes(ByteOrder order) {
    this.order = order;
  }

  TraceBytes u32(long... values) {
    for (long value : values) {
      out.writeBytes(ByteBuffer.allocate(4).order(order).putInt((int) value).array());
    }
    return this;
  }

  TraceBytes u16(int... values) {
    for (int value : values) {
      out.writeBytes(ByteBuffer.allocate(2).order(order).putShort((short) value).array());
    }
    return this;
  }

  TraceBytes hex(String hex) {
    out.writeBytes(HexFormat.of().parseHex(hex));
    return this;
  }

  TraceBytes pcapHeader(long magic) {
    return u32(magic).u16(2, 4).u32(0, 0, 65535, 1);
  }

  TraceBytes pcapPacket(long seconds, long fraction, String frame) {
    return u32(seconds, fraction, frame.length() / 2, frame.length() / 2).hex(frame);
  }

  TraceBytes section() {
    return block(0x0a0d0d0a, new TraceBytes(order).u32(0x1a2b3c4d).u16(1, 0).u32(-1, -1));
  }

  TraceBytes block(long type, TraceBytes body) {
    byte[] bytes = body.bytes();
    int total = 12 + (bytes.length + 3) / 4 * 4;
    u32(type, total);
    out.writeBytes(bytes);
    out.writeBytes(new byte[total - 12 - bytes.length]);
    return u32(total);
  }

  TraceBytes enhanced(int from, long ticks, String frame) {
    int length = frame.length() / 2;
    return block(6, body().u32(from, ticks >>> 32, ticks, length, length).hex(frame));
  }

  TraceBytes body() {
    return new TraceBytes(order);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** What a reader finds: {@code time:frame} for each packet. */
  List<String> read() throws IOException {
    return read(bytes());
  }

  static List<String> read(byte[] trace) throws IOException {
    List<String> packets = new ArrayList<>();
    try (TraceReader reader = Traces.open("t", new ByteArrayInputStream(trace))) {
      while (reader.next()) {
        packets.add(
            reader.timestampNs()
                + ":"
                + HexFormat.of().formatHex(reader.frame(), 0, reader.length()));
      }
    }
    return packets;
  }
}
