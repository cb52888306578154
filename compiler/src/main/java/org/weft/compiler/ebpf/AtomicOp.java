package org.weft.compiler.ebpf;

/** Atomic operations; the constant is the immediate without the fetch bit (RFC 9669, 5.3). */
public enum AtomicOp {
  ADD(0x00, "+="),
  OR(0x40, "|="),
  AND(0x50, "&="),
  XOR(0xa0, "^="),
  /** Always fetches. */
  XCHG(0xe0, ""),
  /** Always fetches; compares with and writes r0. */
  CMPXCHG(0xf0, "");

  private final int code;
  private final String symbol;

  AtomicOp(int code, String symbol) {
    this.code = code;
    this.symbol = symbol;
  }

  /** The immediate without the fetch bit. */
  public int code() {
    return code;
  }

  /** The assembly text of the form that does not fetch; empty when there is none. */
  public String symbol() {
    return symbol;
  }

  /** Whether there is no form without fetch. */
  public boolean alwaysFetches() {
    return symbol.isEmpty();
  }

  /** The operation with this immediate without the fetch bit, or null. */
  static AtomicOp of(int code) {
    for (AtomicOp op : values()) {
      if (op.code == code) {
        return op;
      }
    }
    return null;
  }
}
