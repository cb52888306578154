package org.weft.sim.rows;

/**
 * Operations of the flat form of rows. Every operand is a register; constants are registers, too.
 */
final class MicroOp {
  // Arithmetic on 64 bits; on 32 bits it is 32 higher.
  static final int MOV = 0;
  static final int NEG = 1;
  static final int SEXT8 = 2;
  static final int SEXT16 = 3;
  static final int SEXT32 = 4;
  static final int SWAP16 = 5;
  static final int SWAP32 = 6;
  static final int SWAP64 = 7;
  static final int ADD = 8;
  static final int SUB = 9;
  static final int AND = 10;
  static final int OR = 11;
  static final int XOR = 12;
  static final int HIGH = 13;
  static final int LSH = 14;
  static final int RSH = 15;
  static final int ARSH = 16;
  static final int MUL = 17;
  static final int DIV = 18;
  static final int MOD = 19;
  static final int SDIV = 20;
  static final int SMOD = 21;
  static final int NARROW = 32;

  // Branches if a cond b; on 32 bits 16 higher. The order is that of Condition.
  static final int JUMP = 64;
  static final int NARROW_JUMP = 16;

  // Plain little-endian accesses of 1, 2, 4 and 8 bytes: the four follow each other.
  static final int LOAD_PACKET = 96;
  static final int LOAD_STACK = 100;
  static final int STORE_PACKET = 104;
  static final int STORE_STACK = 108;

  /** All other loads and stores. */
  static final int LOAD = 112;

  static final int STORE = 113;

  /** Operations from here on are rare; the inner loop leaves them to others. */
  static final int RARE = 114;

  static final int ATOMIC = 114;
  static final int CALL = 116;
  static final int TAIL_CALL = 117;
  static final int EXIT = 118;

  private MicroOp() {}
}
