package org.weft.sim.trace;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A stream of bytes seen through a buffer. {@link #has} makes bytes available, the numbers at the
 * current place are then read without further checks, and {@link #advance} steps over them.
 */
final class ByteSource implements Closeable {
  /** The most that {@link #has} can be asked for. */
  static final int BUFFER_BYTES = 1 << 20;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long before;
  private boolean bigEndian;

  ByteSource(InputStream in) {
    this.in = in;
  }

  /** The byte order of all numbers from now on; little-endian at first. */
  void setBigEndian(boolean isBigEndian) {
    bigEndian = isBigEndian;
  }

  /** Bytes of the stream before the current place. */
  long offset() {
    return before + position;
  }

  /** Bytes that are left, as far as they are in the buffer. */
  int available() {
    return limit - position;
  }

  /** Whether at least this many bytes follow. */
  boolean has(int bytes) throws IOException {
    return limit - position >= bytes || fill(bytes);
  }

  private boolean fill(int bytes) throws IOException {
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    before += position;
    limit -= position;
    position = 0;
    while (limit < bytes) {
      int read = in.read(buffer, limit, buffer.length - limit);
      if (read < 0) {
        return false;
      }
      limit += read;
    }
    return true;
  }

  void advance(int bytes) {
    position += bytes;
  }

  /** Steps over bytes that need not be in the buffer; false when the stream ends before. */
  boolean skip(long bytes) throws IOException {
    long left = bytes;
    while (left > available()) {
      left -= available();
      position = limit;
      if (!has(1)) {
        return false;
      }
    }
    position += (int) left;
    return true;
  }

  int u8(int at) {
    return buffer[position + at] & 0xff;
  }

  int u16(int at) {
    return bigEndian ? u8(at) << 8 | u8(at + 1) : u8(at + 1) << 8 | u8(at);
  }

  int i32(int at) {
    int value = (int) INT.get(buffer, position + at);
    return bigEndian ? Integer.reverseBytes(value) : value;
  }

  long u32(int at) {
    return i32(at) & 0xffffffffL;
  }

  long i64(int at) {
    long first = u32(at);
    long second = u32(at + 4);
    return bigEndian ? first << 32 | second : second << 32 | first;
  }

  /** Copies bytes at the current place. */
  void copy(byte[] to, int length) {
    System.arraycopy(buffer, position, to, 0, length);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
