package org.weft.sim.trace;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.weft.isa.WholeStream;

/** A file that is written through a buffer, numbers little-endian, and appears as a whole. */
final class ByteSink implements Closeable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final WholeStream out;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;

  private ByteSink(WholeStream out) {
    this.out = out;
  }

  static ByteSink create(Path path) throws IOException {
    return new ByteSink(WholeStream.create(path));
  }

  /** Makes room for a number of bytes, at most the buffer's size. */
  private void room(int bytes) throws IOException {
    if (BUFFER_BYTES - filled < bytes) {
      out.write(buffer, 0, filled);
      filled = 0;
    }
  }

  void u16(int value) throws IOException {
    room(2);
    buffer[filled++] = (byte) value;
    buffer[filled++] = (byte) (value >>> 8);
  }

  void i32(int value) throws IOException {
    room(4);
    INT.set(buffer, filled, value);
    filled += 4;
  }

  void bytes(byte[] from, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, BUFFER_BYTES);
      room(part);
      System.arraycopy(from, offset + done, buffer, filled, part);
      filled += part;
      done += part;
    }
  }

  /** Closes the file and removes it, if it is a regular one. */
  void abandon() throws IOException {
    out.abandon();
  }

  @Override
  public void close() throws IOException {
    try {
      if (out.isOpen()) {
        out.write(buffer, 0, filled);
      }
      out.close();
    } finally {
      out.abandon();
    }
  }
}
