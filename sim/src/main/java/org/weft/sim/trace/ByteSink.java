package org.weft.sim.trace;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is written through a buffer, numbers little-endian. A regular file is written under
 * another name in the same directory and takes its own when all is written; pipes and devices are
 * written as they are.
 */
final class ByteSink implements Closeable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final OutputStream out;
  private final Path part;
  private final Path whole;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private boolean closed;

  private ByteSink(OutputStream out, Path part, Path whole) {
    this.out = out;
    this.part = part;
    this.whole = whole;
  }

  static ByteSink create(Path path) throws IOException {
    if (Files.exists(path)) {
      Path real = path.toRealPath();
      return Files.isRegularFile(real)
          ? replace(real)
          : new ByteSink(Files.newOutputStream(real), null, null);
    }
    return replace(path.toAbsolutePath());
  }

  private static ByteSink replace(Path whole) throws IOException {
    for (int i = 0; ; i++) {
      Path part = whole.resolveSibling(whole.getFileName() + ".part" + (i == 0 ? "" : i));
      try {
        OutputStream out =
            Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new ByteSink(out, part, whole);
      } catch (FileAlreadyExistsException e) {
        if (i == 99) {
          throw e;
        }
      }
    }
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
    if (!closed) {
      closed = true;
      try (OutputStream last = out) {
        last.flush();
      } finally {
        if (part != null) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try {
      out.write(buffer, 0, filled);
      out.close();
      if (part != null) {
        Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
      }
      closed = true;
    } finally {
      abandon();
    }
  }
}
