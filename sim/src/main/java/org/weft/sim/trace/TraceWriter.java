package org.weft.sim.trace;

import java.io.IOException;

/** Writes frames to a trace as they come. */
public interface TraceWriter extends AutoCloseable {
  /** Appends one frame. */
  void write(byte[] bytes, int offset, int length, long timestampNs) throws IOException;

  @Override
  void close() throws IOException;
}
