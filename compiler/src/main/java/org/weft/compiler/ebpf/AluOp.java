package org.weft.compiler.ebpf;

/** Arithmetic and moves; the constant is the code field of the opcode (RFC 9669 section 4.1). */
public enum AluOp {
  ADD(0x00),
  SUB(0x10),
  MUL(0x20),
  DIV(0x30),
  OR(0x40),
  AND(0x50),
  LSH(0x60),
  RSH(0x70),
  NEG(0x80),
  MOD(0x90),
  XOR(0xa0),
  MOV(0xb0),
  ARSH(0xc0),
  /** Signed DIV: offset 1. */
  SDIV(0x30),
  /** Signed MOD: offset 1. */
  SMOD(0x90),
  /** Sign-extending MOV: offset 8. */
  MOVSX8(0xb0),
  /** Sign-extending MOV: offset 16. */
  MOVSX16(0xb0),
  /** Sign-extending MOV: offset 32, 64-bit class only. */
  MOVSX32(0xb0);

  private final int code;

  AluOp(int code) {
    this.code = code;
  }

  /** The code field. */
  public int code() {
    return code;
  }
}
