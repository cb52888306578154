package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.Map;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Opcode;

/** Whether two values are the same where a third one is known. */
final class Equality {
  private static final int DEPTH = 4;

  private final Graph graph;
  private final Value known;
  private final long constant;
  private final Ranges ranges;

  private Equality(Graph graph, Value known, long constant) {
    this.graph = graph;
    this.known = known;
    this.constant = constant;
    Map<Value, Range> assumed = new HashMap<>();
    assumed.put(known, Range.constant(constant));
    // x >> k == 0 says that x has no bits from k on.
    if (constant == 0
        && known.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.RSH
        && !alu.is32()
        && known.operand(1).isConstant()) {
      assumed.put(known.operand(0), Range.upTo((1L << known.operand(1).constant()) - 1));
    }
    ranges = new Ranges(assumed, block -> true);
  }

  /** Whether {@code one} and {@code other} are equal if {@code known} is {@code constant}. */
  static boolean under(Graph graph, Value known, long constant, Value one, Value other) {
    Equality equality = new Equality(graph, known, constant);
    return equality.reduced(one, DEPTH) == equality.reduced(other, DEPTH);
  }

  private Value reduced(Value value, int depth) {
    if (value == known) {
      return graph.constant(constant);
    }
    if (depth == 0 || !(value.operation() instanceof Operation.Alu alu) || alu.is32()) {
      return value;
    }
    Value b = reduced(value.operand(value.size() - 1), depth - 1);
    if (value.size() == 1) {
      return b.isConstant()
          ? graph.constant(Arithmetic.apply(alu.opcode(), false, 0, b.constant()))
          : value;
    }
    Value a = reduced(value.operand(0), depth - 1);
    if (a.isConstant() && b.isConstant()) {
      return graph.constant(Arithmetic.apply(alu.opcode(), false, a.constant(), b.constant()));
    }
    return switch (alu.opcode()) {
      case ADD, OR, XOR -> b.isConstant(0) ? a : a.isConstant(0) ? b : value;
      case SUB, LSH, RSH -> b.isConstant(0) ? a : value;
      case AND -> b.isConstant() && (ranges.of(a).mask() & ~b.constant()) == 0 ? a : value;
      default -> value;
    };
  }
}
