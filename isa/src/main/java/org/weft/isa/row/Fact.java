package org.weft.isa.row;

/** What a thread knows about its packet without reading memory. The ordinal is the encoding. */
public enum Fact {
  /** Buffer address of the packet's first byte. */
  DATA,
  /** Buffer address after the packet's last byte. */
  DATA_END,
  /** Buffer address of the metadata; {@link #DATA} when there is none. */
  DATA_META,
  /** Interface the packet came in on. */
  INGRESS_IFINDEX,
  /** Receive queue the packet came in on. */
  RX_QUEUE_INDEX,
  /** Interface of a devmap program; 0 elsewhere. */
  EGRESS_IFINDEX,
  /** Bytes from {@link #DATA} to {@link #DATA_END}. */
  LENGTH;

  private static final Fact[] ALL = values();

  /** The fact with this encoding, or null. */
  public static Fact of(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : null;
  }
}
