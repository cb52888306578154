package org.weft.sim.trace;

import java.io.IOException;

/** A stream of frames from a trace. Nothing is kept but the current frame. */
public interface TraceReader extends AutoCloseable {
  /**
   * Moves on to the next frame.
   *
   * @return false at the end
   * @throws org.weft.isa.InputException when the trace is malformed; the message says at which
   *     packet and byte
   */
  boolean next() throws IOException;

  /** The current frame's bytes, from index 0; valid until the next call of {@link #next}. */
  byte[] frame();

  /** Bytes of the current frame. */
  int length();

  /** Time stamp of the current frame in nanoseconds since 1970. */
  long timestampNs();

  @Override
  void close() throws IOException;
}
