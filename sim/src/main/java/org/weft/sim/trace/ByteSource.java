package org.weft.sim.trace;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A buffered stream of bytes with numbers in either byte order, and a count of what was read. */
final class ByteSource implements Closeable {
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 18];
  private int position;
  private int limit;
  private long before;
  private boolean bigEndian;

  ByteSource(InputStream in) {
    this.in = in;
  }

  void setOrder(boolean isBigEndian) {
    bigEndian = isBigEndian;
  }

  /** Whether numbers are big-endian. */
  boolean isBigEndian() {
    return bigEndian;
  }

  long i64() throws IOException {
    long first = u32();
    long second = u32();
    return bigEndian ? first << 32 | second : second << 32 | first;
  }

  /** Bytes read so far. */
  long offset() {
    return before + position;
  }

  /** Whether at least this many bytes follow, up to the size of the buffer. */
  boolean has(int bytes) throws IOException {
    if (limit - position >= bytes) {
      return true;
    }
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

  private void need(int bytes) throws IOException {
    if (!has(bytes)) {
      throw new EOFException();
    }
  }

  int u16() throws IOException {
    need(2);
    int a = buffer[position++] & 0xff;
    int b = buffer[position++] & 0xff;
    return bigEndian ? a << 8 | b : b << 8 | a;
  }

  int i32() throws IOException {
    need(4);
    int low = u16();
    int high = u16();
    return bigEndian ? low << 16 | high : high << 16 | low;
  }

  long u32() throws IOException {
    return i32() & 0xffffffffL;
  }

  void read(byte[] to, int length) throws IOException {
    int done = 0;
    while (done < length) {
      need(Math.min(length - done, buffer.length / 2));
      int part = Math.min(length - done, limit - position);
      System.arraycopy(buffer, position, to, done, part);
      position += part;
      done += part;
    }
  }

  void skip(long bytes) throws IOException {
    long left = bytes;
    while (left > 0) {
      need(1);
      int part = (int) Math.min(left, limit - position);
      position += part;
      left -= part;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
