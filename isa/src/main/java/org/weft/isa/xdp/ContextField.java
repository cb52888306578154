package org.weft.isa.xdp;

/**
 * The fields of {@code struct xdp_md}, each four bytes wide; the ordinal times four is the offset.
 */
public enum ContextField {
  DATA("data"),
  DATA_END("data_end"),
  DATA_META("data_meta"),
  INGRESS_IFINDEX("ingress_ifindex"),
  RX_QUEUE_INDEX("rx_queue_index"),
  EGRESS_IFINDEX("egress_ifindex");

  private static final ContextField[] ALL = values();

  /** Size of {@code struct xdp_md} in bytes. */
  public static final int CONTEXT_BYTES = 24;

  private final String fieldName;

  ContextField(String fieldName) {
    this.fieldName = fieldName;
  }

  /** The field's name in {@code struct xdp_md}. */
  public String fieldName() {
    return fieldName;
  }

  /** Byte offset in {@code struct xdp_md}. */
  public int offset() {
    return 4 * ordinal();
  }

  /** Whether the field holds a packet pointer (64 bits wide once loaded) and not a number. */
  public boolean isPointer() {
    return ordinal() <= DATA_META.ordinal();
  }

  /** The field at a byte offset, or null when no field begins there. */
  public static ContextField at(int offset) {
    return offset >= 0 && offset < CONTEXT_BYTES && offset % 4 == 0 ? ALL[offset / 4] : null;
  }
}
