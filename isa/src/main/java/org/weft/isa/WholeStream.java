package org.weft.isa;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is written piece by piece and appears when it is closed, or not at all if it was
 * abandoned. A regular file is written under another name in the same directory; pipes and devices
 * are written as they are.
 */
public final class WholeStream extends OutputStream {
  private static final int MOST_PARTS = 99;

  private final OutputStream out;

  /** The file under its other name, null for what is written in place; and its own. */
  private final Path part;

  private final Path whole;
  private boolean closed;

  private WholeStream(OutputStream out, Path part, Path whole) {
    this.out = out;
    this.part = part;
    this.whole = whole;
  }

  /**
   * A file of this name. What is written to it later throws an {@link InputException} with its name
   * where that fails.
   */
  public static WholeStream create(Path path) throws IOException {
    if (Files.exists(path)) {
      Path real = path.toRealPath();
      return Files.isRegularFile(real)
          ? replace(real)
          : new WholeStream(Files.newOutputStream(real), null, real);
    }
    return replace(path.toAbsolutePath());
  }

  private static WholeStream replace(Path whole) throws IOException {
    for (int i = 0; ; i++) {
      Path part = whole.resolveSibling(whole.getFileName() + ".part" + (i == 0 ? "" : i));
      try {
        OutputStream out =
            Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        UnfinishedFiles.begin(part);
        return new WholeStream(out, part, whole);
      } catch (FileAlreadyExistsException e) {
        if (i == MOST_PARTS) {
          throw e;
        }
      }
    }
  }

  @Override
  public void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw WholeFile.notWritten(whole, e);
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  /** Whether it was neither closed nor abandoned. */
  public boolean isOpen() {
    return !closed;
  }

  /** Closes the file and removes it, if it is a regular one; nothing if it was closed. */
  public void abandon() throws IOException {
    if (!closed) {
      closed = true;
      try (OutputStream last = out) {
        last.flush();
      } finally {
        if (part != null) {
          Files.deleteIfExists(part);
          UnfinishedFiles.end(part);
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
      out.close();
      if (part != null) {
        Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        UnfinishedFiles.end(part);
      }
      closed = true;
    } finally {
      abandon();
    }
  }
}
