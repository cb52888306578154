package org.weft.compiler.ebpf;

/** Jump conditions; the constant is the code field of the opcode (RFC 9669, 4.3). */
public enum JumpOp {
  JA(0x00, ""),
  JEQ(0x10, "=="),
  JGT(0x20, ">"),
  JGE(0x30, ">="),
  JSET(0x40, "&"),
  JNE(0x50, "!="),
  JSGT(0x60, "s>"),
  JSGE(0x70, "s>="),
  JLT(0xa0, "<"),
  JLE(0xb0, "<="),
  JSLT(0xc0, "s<"),
  JSLE(0xd0, "s<=");

  private final int code;
  private final String symbol;

  JumpOp(int code, String symbol) {
    this.code = code;
    this.symbol = symbol;
  }

  /** The code field. */
  public int code() {
    return code;
  }

  /** The assembly text between the operands; empty for JA. */
  public String symbol() {
    return symbol;
  }

  /** The condition with this code field, or null. */
  static JumpOp of(int code) {
    for (JumpOp op : values()) {
      if (op.code == code) {
        return op;
      }
    }
    return null;
  }
}
