package org.weft.cli;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output. Where it cannot be written, {@link Closed} ends the command: print streams would
 * go on as if nothing had happened.
 */
final class StandardOutput extends OutputStream {
  private final OutputStream out;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Standard output takes no more. */
  static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Closed(IOException cause) {
      super(cause.getMessage(), cause);
    }

    /** Whether the reader of a pipe has gone, as {@code head} does when it has seen enough. */
    boolean isBrokenPipe() {
      return "Broken pipe".equals(getMessage());
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  @Override
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new Closed(e);
    }
  }
}
