package org.weft.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A pcap file in the making. */
final class TraceFile {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TraceFile() {
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putInt(16, 65535);
    out.writeBytes(header.putInt(20, 1).array());
  }

  TraceFile packet(int captured, int original) {
    ByteBuffer packet = ByteBuffer.allocate(16 + captured).order(ByteOrder.LITTLE_ENDIAN);
    out.writeBytes(packet.putInt(8, captured).putInt(12, original).array());
    return this;
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  String write(Path file) throws IOException {
    return Files.write(file, bytes()).toString();
  }
}
