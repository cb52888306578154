package org.weft.sim.ref;

/**
 * Operations of the flat form of a program. Constants are operands in registers behind r10, so each
 * operation has one form.
 */
final class FlatOp {
  // 64-bit arithmetic: dst = dst op src; the 32-bit form is 32 higher.
  static final int ADD = 0;
  static final int SUB = 1;
  static final int MUL = 2;
  static final int DIV = 3;
  static final int OR = 4;
  static final int AND = 5;
  static final int LSH = 6;
  static final int RSH = 7;
  static final int NEG = 8;
  static final int MOD = 9;
  static final int XOR = 10;
  static final int MOV = 11;
  static final int ARSH = 12;
  static final int SDIV = 13;
  static final int SMOD = 14;
  static final int MOVSX8 = 15;
  static final int MOVSX16 = 16;
  static final int MOVSX32 = 17;
  static final int NARROW = 32;

  // Jumps: the 32-bit form is 16 higher.
  static final int JA = 64;
  static final int JEQ = 65;
  static final int JGT = 66;
  static final int JGE = 67;
  static final int JSET = 68;
  static final int JNE = 69;
  static final int JSGT = 70;
  static final int JSGE = 71;
  static final int JLT = 72;
  static final int JLE = 73;
  static final int JSLT = 74;
  static final int JSLE = 75;
  static final int NARROW_JUMP = 16;

  static final int LOAD = 96;
  static final int LOAD_SIGNED = 97;
  static final int STORE = 98;
  static final int ATOMIC = 99;

  /** Above the operation: the bytes of a memory access. */
  static final int BYTES_SHIFT = 8;

  static final int BYTES_MASK = 15;

  /** Above that: the atomic operation, and whether it fetches into its source. */
  static final int ATOMIC_SHIFT = 12;

  static final int ATOMIC_MASK = 7;
  static final int FETCH = 1 << 16;

  static final int ZERO_EXTEND_16 = 104;
  static final int SWAP16 = 106;
  static final int SWAP32 = 107;
  static final int SWAP64 = 108;
  static final int NOP = 109;

  static final int CALL_HELPER = 112;
  static final int CALL_LOCAL = 113;
  static final int EXIT = 114;
  static final int REFUSE = 115;

  /** In an observed program: tells the {@link Watch} what is in {@code extra}. */
  static final int MARK = 116;

  private FlatOp() {}
}
