package org.weft.compiler.ebpf;

/** Jump conditions; the constant is the code field of the opcode (RFC 9669 section 4.3). */
public enum JumpOp {
  JA(0x00),
  JEQ(0x10),
  JGT(0x20),
  JGE(0x30),
  JSET(0x40),
  JNE(0x50),
  JSGT(0x60),
  JSGE(0x70),
  JLT(0xa0),
  JLE(0xb0),
  JSLT(0xc0),
  JSLE(0xd0);

  private final int code;

  JumpOp(int code) {
    this.code = code;
  }

  /** The code field. */
  public int code() {
    return code;
  }
}
