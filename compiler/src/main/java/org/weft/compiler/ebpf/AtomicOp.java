package org.weft.compiler.ebpf;

/**
 * Atomic operations; the constant is the immediate without the fetch bit (RFC 9669 section 5.3).
 */
public enum AtomicOp {
  ADD(0x00),
  OR(0x40),
  AND(0x50),
  XOR(0xa0),
  /** Always fetches. */
  XCHG(0xe0),
  /** Always fetches; compares with and writes r0. */
  CMPXCHG(0xf0);

  private final int code;

  AtomicOp(int code) {
    this.code = code;
  }

  /** The immediate without the fetch bit. */
  public int code() {
    return code;
  }
}
