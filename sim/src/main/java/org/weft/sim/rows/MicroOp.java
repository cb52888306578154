package org.weft.sim.rows;

import org.weft.isa.row.Opcode;

/**
 * Operations of the flat form of rows. Every operand is a register; constants are registers, too.
 */
final class MicroOp {
  // Arithmetic on 64 bits has the number of its Opcode, below 32; on 32 bits it is 32 higher.
  static final int MOV = Opcode.MOV.number();
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

  // In stepped rows only.

  /** The row ends; the extra field is where the next one begins. */
  static final int NEXT = 119;

  /** A load, store or atomic of a map value: others do it, in their own time. */
  static final int MAP_ACCESS = 120;

  /** A division; the result is there later. */
  static final int DIVIDE = 121;

  private MicroOp() {}
}
