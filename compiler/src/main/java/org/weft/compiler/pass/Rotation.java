package org.weft.compiler.pass;

import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Opcode;

/**
 * A number rotated to the left.
 *
 * @param by how far; counts modulo the width
 */
record Rotation(Value number, boolean is32, Value by) {
  private static final long MASK32 = 0xffffffffL;

  /**
   * The rotation that two values make when they are put together, as far as its result is read; or
   * null.
   *
   * @param together how: an OR, XOR or ADD
   * @param read bits of what is put together that count
   */
  static Rotation of(
      Graph graph, Value left, Value right, Operation.Alu together, long read, Ranges ranges) {
    long cut = together.is32() ? MASK32 : -1;
    for (Piece high : Piece.all(left, ranges)) {
      for (Piece low : Piece.all(right, ranges)) {
        int width = high.number() == low.number() ? high.by() - low.by() : 0;
        boolean makes =
            (width == 32 || width == 64)
                && high.by() > 0
                && low.by() < 0
                && isRotated(high, low, width, cut, read, ranges.of(high.number()).mask());
        if (makes) {
          Value by = graph.constant(high.by());
          return new Rotation(width == 32 ? uncut(high.number()) : high.number(), width == 32, by);
        }
      }
    }
    // By 0 both are the number itself: only an OR of them is it, too.
    return together.opcode() == Opcode.OR ? byValue(left, right, together, read, ranges) : null;
  }

  /**
   * Whether the rotation, of whose result these bits count, reads bits of the number that nothing
   * has read. They may be any: what is known of them was true of the number before others of its
   * bits became all that counts.
   */
  boolean readsMore(long bits, ReadBits read) {
    long all = is32 ? MASK32 : -1;
    boolean isKnown = by.isConstant();
    long needed = isKnown ? Arithmetic.apply(Opcode.ROL, is32, bits & all, -by.constant()) : all;
    return (needed & ~read.of(number)) != 0;
  }

  /** Whether two pieces have the bits of a rotated number, where they are read. */
  private static boolean isRotated(
      Piece high, Piece low, int width, long cut, long read, long bits) {
    long whole = width == 32 ? bits & MASK32 : bits;
    long mask = width == 32 ? MASK32 : -1;
    long upper = whole << high.by() & mask;
    long lower = whole >>> -low.by();
    return ((high.bits() & cut ^ upper) & read) == 0 && ((low.bits() & cut ^ lower) & read) == 0;
  }

  private static Value uncut(Value value) {
    return isOn(value, Opcode.MOV, true) ? value.operand(0) : value;
  }

  private static boolean isOn(Value value, Opcode opcode, boolean is32) {
    return value.operation() instanceof Operation.Alu alu
        && alu.opcode() == opcode
        && alu.is32() == is32;
  }

  private static Rotation byValue(
      Value left, Value right, Operation.Alu together, long read, Ranges ranges) {
    boolean low = together.is32() || read >>> 32 == 0;
    if (isOn(left, Opcode.LSH, true) && isOn(right, Opcode.RSH, true)) {
      return rotation(left, right, true);
    } else if (!isOn(left, Opcode.LSH, false) || !isOn(right, Opcode.RSH, false)) {
      return null;
    }
    // Shifts of 64 bits may rotate 32.
    boolean is32 =
        low
            && ranges.of(right.operand(0)).is32()
            && isBelow32(left.operand(1), ranges)
            && isBelow32(right.operand(1), ranges);
    return is32 || !together.is32() || read >>> 32 == 0 ? rotation(left, right, is32) : null;
  }

  private static Rotation rotation(Value left, Value right, boolean is32) {
    Value number = is32 ? uncut(left.operand(0)) : left.operand(0);
    Value other = is32 ? uncut(right.operand(0)) : right.operand(0);
    return number == other && isRest(left.operand(1), right.operand(1), is32 ? 32 : 64)
        ? new Rotation(number, is32, left.operand(1))
        : null;
  }

  private static boolean isBelow32(Value value, Ranges ranges) {
    return ranges.of(value).mask() >>> 5 == 0;
  }

  /** Whether two distances add up to a width, or a multiple of it. */
  private static boolean isRest(Value one, Value other, int width) {
    return isNegated(modulo(one, width), modulo(other, width), width)
        || isNegated(modulo(other, width), modulo(one, width), width);
  }

  private static boolean isNegated(Value value, Value negated, int width) {
    if (!(negated.operation() instanceof Operation.Alu alu)) {
      return false;
    }
    boolean negates =
        alu.opcode() == Opcode.NEG
            || alu.opcode() == Opcode.SUB
                && negated.operand(0).isConstant()
                && (negated.operand(0).constant() & width - 1) == 0;
    return negates && modulo(negated.operand(negated.size() - 1), width) == value;
  }

  /** The number from which a distance was cut. */
  private static Value modulo(Value distance, int width) {
    Value now = distance;
    while (now.operation() instanceof Operation.Alu alu
        && (alu.opcode() == Opcode.MOV
            || alu.opcode() == Opcode.AND
                && now.operand(1).isConstant()
                && (~now.operand(1).constant() & width - 1) == 0)) {
      now = now.operand(0);
    }
    return now;
  }
}
