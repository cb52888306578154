package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * A value as bits of a number that were moved together, and zeros.
 *
 * @param number the number
 * @param by places to the left; negative to the right
 * @param bits of the value that come from the number and may be one
 */
record Piece(Value number, int by, long bits) {
  private static final long MASK32 = 0xffffffffL;
  private static final int DEPTH = 4;

  /** A value as a piece of itself, of what was shifted or masked for it, and so on. */
  static List<Piece> all(Value value, Ranges ranges) {
    List<Piece> pieces = new ArrayList<>();
    collect(value, ranges, DEPTH, pieces);
    return pieces;
  }

  private static void collect(Value value, Ranges ranges, int depth, List<Piece> pieces) {
    pieces.add(new Piece(value, 0, ranges.of(value).mask()));
    if (depth == 0
        || !(value.operation() instanceof Operation.Alu alu)
        || alu.opcode() != Opcode.MOV && !value.operand(value.size() - 1).isConstant()) {
      return;
    }
    List<Piece> inner = new ArrayList<>();
    collect(value.operand(0), ranges, depth - 1, inner);
    for (Piece piece : inner) {
      Piece moved = piece.moved(alu, value.operand(value.size() - 1));
      if (moved != null) {
        pieces.add(moved);
      }
    }
  }

  /** What an instruction makes of a piece; null when that is none. */
  private Piece moved(Operation.Alu alu, Value b) {
    long cut = alu.is32() ? MASK32 : -1;
    return switch (alu.opcode()) {
      case MOV -> new Piece(number, by, bits & cut);
      case AND -> new Piece(number, by, bits & cut & b.constant());
      case LSH -> {
        int distance = (int) b.constant() & (alu.is32() ? 31 : 63);
        yield new Piece(number, by + distance, bits << distance & cut);
      }
      case RSH -> {
        int distance = (int) b.constant() & (alu.is32() ? 31 : 63);
        yield new Piece(number, by - distance, (bits & cut) >>> distance);
      }
      default -> null;
    };
  }
}
