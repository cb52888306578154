package org.weft.compiler.ebpf;

import java.nio.ByteBuffer;
import org.weft.isa.InputException;

/**
 * The fields of eight bytes of code (RFC 9669, 3), as they stand on a little-endian machine.
 *
 * <pre>
 * byte   0       1          2  3     4  5  6  7
 *      +-------+----+----+---------+-------------+
 *      |opcode |src |dst | offset  |     imm     |
 *      +-------+----+----+---------+-------------+
 *               7..4 3..0   s16          s32
 *
 *      7     4   3    2   0                    7    5   4  3   2   0
 *     +-------+------+-----+                  +------+------+-----+
 *     | code  |source|class|  ALU, JMP (4, 5) | mode | size |class|  LD, LDX, ST, STX (5)
 *     +-------+------+-----+                  +------+------+-----+
 * </pre>
 *
 * @param index the place in the program, for messages
 */
record Word(int index, int opcode, int dst, int src, int offset, int imm) {
  static final int BYTES = 8;

  // Classes.
  static final int LD = 0;
  static final int LDX = 1;
  static final int ST = 2;
  static final int STX = 3;
  static final int ALU = 4;
  static final int JMP = 5;
  static final int JMP32 = 6;
  static final int ALU64 = 7;

  /** The source bit: the operand is a register. */
  static final int X = 0x08;

  // Codes that are no AluOp or JumpOp.
  static final int END = 0xd0;
  static final int CALL = 0x80;
  static final int EXIT = 0x90;

  // Modes, and the sizes 4, 2, 1, 8 that are coded 0, 1, 2, 3.
  static final int IMM = 0x00;
  static final int ABS = 0x20;
  static final int IND = 0x40;
  static final int MEM = 0x60;
  static final int MEMSX = 0x80;
  static final int ATOMIC = 0xc0;
  private static final int[] SIZES = {4, 2, 1, 8};

  /** Immediate bit of an atomic operation: give back the old value. */
  static final int FETCH = 0x01;

  /** The opcode of all 16-byte instructions. */
  static final int LOAD_IMMEDIATE = IMM | 0x18 | LD;

  /** The word at an index of little-endian code. */
  static Word read(ByteBuffer code, int index) {
    int at = index * BYTES;
    int registers = code.get(at + 1);
    return new Word(
        index,
        Byte.toUnsignedInt(code.get(at)),
        registers & 15,
        registers >>> 4 & 15,
        code.getShort(at + 2),
        code.getInt(at + 4));
  }

  /** Appends the word to little-endian code. */
  void write(ByteBuffer code) {
    code.put((byte) opcode).put((byte) (src << 4 | dst)).putShort((short) offset).putInt(imm);
  }

  int opclass() {
    return opcode & 0x07;
  }

  int code() {
    return opcode & 0xf0;
  }

  boolean isRegister() {
    return (opcode & X) != 0;
  }

  int mode() {
    return opcode & 0xe0;
  }

  int bytes() {
    return SIZES[opcode >> 3 & 3];
  }

  /** The size field for an access of 1, 2, 4 or 8 bytes. */
  static int size(int bytes) {
    for (int i = 0; i < SIZES.length; i++) {
      if (SIZES[i] == bytes) {
        return i << 3;
      }
    }
    throw new IllegalStateException("no access has " + bytes + " bytes");
  }

  InputException error(String cause) {
    return new InputException("insn " + index + ": " + cause);
  }

  InputException unknown() {
    return error("unknown opcode " + hex(opcode));
  }

  static String hex(int value) {
    return (value >>> 4 == 0 ? "0x0" : "0x") + Integer.toHexString(value);
  }

  Word dstUnused() {
    return unused("dst", dst);
  }

  Word srcUnused() {
    return unused("src", src);
  }

  Word offsetUnused() {
    return unused("offset", offset);
  }

  Word immUnused() {
    return unused("imm", imm);
  }

  private Word unused(String field, int value) {
    if (value != 0) {
      throw error("opcode " + hex(opcode) + " does not use " + field + ", which is " + value);
    }
    return this;
  }

  /** The dst field as a register that is read. */
  int readDst() {
    return register(dst);
  }

  /** The src field as a register that is read. */
  int readSrc() {
    return register(src);
  }

  /** The dst field as a register that is written. */
  int writeDst() {
    return writable(dst);
  }

  /** The src field as a register that is written. */
  int writeSrc() {
    return writable(src);
  }

  /** The operand that the source bit selects; the field of the other must be zero. */
  Operand operand() {
    if (isRegister()) {
      immUnused();
      return Operand.register(readSrc());
    }
    srcUnused();
    return Operand.constant(imm);
  }

  private int register(int number) {
    if (number > 10) {
      throw error("there is no register r" + number + ", the last is r10");
    }
    return number;
  }

  private int writable(int number) {
    if (register(number) == 10) {
      throw error("r10, the frame pointer, is read-only");
    }
    return number;
  }
}
