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

  /** Bytes of the current frame that were captured. */
  int length();

  /** Time stamp of the current frame in nanoseconds since 1970; 0 when the trace has none. */
  long timestampNs();

  /** Frames so far of which only the first bytes were captured. */
  long cutFrames();

  /** Bytes of the trace read so far. */
  long bytesRead();

  @Override
  void close() throws IOException;
}
