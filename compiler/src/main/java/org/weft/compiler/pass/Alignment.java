package org.weft.compiler.pass;

import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.xdp.HelperFunction;

/**
 * How far values are known to be aligned: the lowest bits that are zero whatever the program is
 * given. Values of maps and records of ring buffers begin at eight bytes.
 */
final class Alignment {
  private static final int ALL = 64;
  private static final int MAP_VALUE = 3;

  /** Operations that are looked through. */
  private static final int MOST = 8;

  private Alignment() {}

  /** Whether base and offset are together at a multiple of so many bytes, a power of two. */
  static boolean isAligned(Value base, int offset, int bytes) {
    return (offset & bytes - 1) == 0 && zeroes(base, MOST) >= Integer.numberOfTrailingZeros(bytes);
  }

  private static int zeroes(Value value, int depth) {
    if (value.isConstant()) {
      return Long.numberOfTrailingZeros(value.constant());
    }
    if (depth == 0) {
      return 0;
    }
    if (value.operation() instanceof Operation.Phi) {
      int least = ALL;
      for (Value operand : value.operands()) {
        least = Math.min(least, zeroes(operand, depth - 1));
      }
      return least;
    }
    if (value.operation() instanceof Operation.Call call) {
      return call.helper() == HelperFunction.MAP_LOOKUP_ELEM
              || call.helper() == HelperFunction.RINGBUF_RESERVE
          ? MAP_VALUE
          : 0;
    }
    return value.operation() instanceof Operation.Alu alu ? zeroes(alu, value, depth - 1) : 0;
  }

  private static int zeroes(Operation.Alu alu, Value value, int depth) {
    return switch (alu.opcode()) {
      case ADD, SUB, OR, XOR ->
          Math.min(zeroes(value.operand(0), depth), zeroes(value.operand(1), depth));
      case AND -> Math.max(zeroes(value.operand(0), depth), zeroes(value.operand(1), depth));
      case MUL -> Math.min(ALL, zeroes(value.operand(0), depth) + zeroes(value.operand(1), depth));
      case LSH ->
          value.operand(1).isConstant()
              ? Math.min(ALL, zeroes(value.operand(0), depth) + shift(alu, value))
              : zeroes(value.operand(0), depth);
      case HIGH -> Math.min(Integer.SIZE, zeroes(value.operand(0), depth));
      default -> 0;
    };
  }

  private static int shift(Operation.Alu alu, Value value) {
    return (int) value.operand(1).constant() & (alu.is32() ? 31 : 63);
  }
}
