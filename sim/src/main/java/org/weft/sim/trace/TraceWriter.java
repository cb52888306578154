package org.weft.sim.trace;

import java.io.IOException;

/**
 * Writes frames to a trace as they come. A regular file appears under its name when the writer is
 * closed, and not at all when it is abandoned.
 */
public interface TraceWriter extends AutoCloseable {
  /**
   * Appends one frame.
   *
   * @param timestampNs nanoseconds since 1970
   */
  void write(byte[] bytes, int offset, int length, long timestampNs) throws IOException;

  /** Throws away what was written; {@link #close} then does nothing more. For failures. */
  void abandon() throws IOException;

  @Override
  void close() throws IOException;
}
