package org.weft.compiler.ebpf;

/** Arithmetic and moves, as the opcode's code field and the offset encode them (RFC 9669, 4.1). */
public enum AluOp {
  ADD(0x00, 0, "+="),
  SUB(0x10, 0, "-="),
  MUL(0x20, 0, "*="),
  DIV(0x30, 0, "/="),
  OR(0x40, 0, "|="),
  AND(0x50, 0, "&="),
  LSH(0x60, 0, "<<="),
  RSH(0x70, 0, ">>="),
  NEG(0x80, 0, "= -"),
  MOD(0x90, 0, "%="),
  XOR(0xa0, 0, "^="),
  MOV(0xb0, 0, "="),
  ARSH(0xc0, 0, "s>>="),
  /** Signed DIV. */
  SDIV(0x30, 1, "s/="),
  /** Signed MOD. */
  SMOD(0x90, 1, "s%="),
  /** Sign-extending MOV; from a register only. */
  MOVSX8(0xb0, 8, "= (s8)"),
  /** Sign-extending MOV; from a register only. */
  MOVSX16(0xb0, 16, "= (s16)"),
  /** Sign-extending MOV; from a register and in the 64-bit class only. */
  MOVSX32(0xb0, 32, "= (s32)");

  private final int code;
  private final int offset;
  private final String symbol;

  AluOp(int code, int offset, String symbol) {
    this.code = code;
    this.offset = offset;
    this.symbol = symbol;
  }

  /** The code field. */
  public int code() {
    return code;
  }

  /** The offset field, which tells the signed forms from the others. */
  public int offset() {
    return offset;
  }

  /** The assembly text between destination and source. */
  public String symbol() {
    return symbol;
  }

  /** Whether it is a sign-extending move. */
  public boolean isSignExtendingMove() {
    return code == MOV.code && offset != 0;
  }

  /** The operation with this code and offset field, or null. */
  static AluOp of(int code, int offset) {
    for (AluOp op : values()) {
      if (op.code == code && op.offset == offset) {
        return op;
      }
    }
    return null;
  }
}
