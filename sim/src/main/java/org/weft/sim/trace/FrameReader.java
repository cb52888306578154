package org.weft.sim.trace;

import java.io.IOException;
import org.weft.isa.InputException;

/** What readers of all formats have in common: the current frame and how errors are told. */
abstract class FrameReader implements TraceReader {
  private static final int FIRST_FRAME_BYTES = 2048;

  final ByteSource source;
  private final String name;
  private byte[] frame = new byte[FIRST_FRAME_BYTES];
  private int length;
  private long cutFrames;

  /** Packets begun so far. */
  long packets;

  /** Where the current packet or block begins. */
  long start;

  long timestampNs;

  FrameReader(String name, ByteSource source) {
    this.name = name;
    this.source = source;
  }

  /**
   * Takes the bytes at the source's place as the current frame.
   *
   * @throws InputException when they are too many or not all there
   */
  final void take(long captured, long original) throws IOException {
    if (captured > Traces.MAX_FRAME_BYTES) {
      throw malformed(
          "a packet of "
              + captured
              + " bytes; at most "
              + Traces.MAX_FRAME_BYTES
              + " are possible");
    }
    int bytes = (int) captured;
    if (!source.has(bytes)) {
      throw cutOff();
    }
    if (bytes > frame.length) {
      frame = new byte[Traces.MAX_FRAME_BYTES];
    }
    source.copy(frame, bytes);
    source.advance(bytes);
    length = bytes;
    if (captured < original) {
      cutFrames++;
    }
  }

  /** An error at the current packet or block. */
  final InputException malformed(String cause) {
    return new InputException(name + ": " + place() + " at byte " + start + ": " + cause);
  }

  final InputException cutOff() {
    return malformed("the trace is cut off in the middle; editcap can drop what is incomplete");
  }

  /** What stands at {@link #start}. */
  abstract String place();

  @Override
  public final byte[] frame() {
    return frame;
  }

  @Override
  public final int length() {
    return length;
  }

  @Override
  public final long timestampNs() {
    return timestampNs;
  }

  @Override
  public final long cutFrames() {
    return cutFrames;
  }

  @Override
  public final long bytesRead() {
    return source.offset();
  }

  @Override
  public final void close() throws IOException {
    source.close();
  }
}
