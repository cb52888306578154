package org.weft.isa.row;

/** What a thread knows about its packet without reading memory. The ordinal is the encoding. */
public enum Fact {
  /** Bytes of the packet. */
  LENGTH,
  /** Bytes of metadata before the packet. */
  METADATA,
  /** Interface the packet came in on. */
  INGRESS_IFINDEX,
  /** Receive queue the packet came in on. */
  RX_QUEUE_INDEX,
  /** Interface of a devmap program; 0 elsewhere. */
  EGRESS_IFINDEX,
  /** Logical CPU that the packet runs on. */
  CPU,
  /** Time of the packet's arrival in nanoseconds. */
  TIME;

  private static final Fact[] ALL = values();

  /** The fact with this encoding, or null. */
  public static Fact of(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : null;
  }
}
