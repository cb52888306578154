package org.weft.compiler.pass;

import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Opcode;

/** Simpler forms of branches. */
final class Comparisons {
  private final Graph graph;
  private final Ranges ranges;
  private final Uses uses;

  Comparisons(Graph graph, Ranges ranges) {
    this.graph = graph;
    this.ranges = ranges;
    uses = new Uses(graph);
  }

  /** A simpler terminator, or the same. */
  Terminator simplify(Terminator.Branch branch) {
    Value a = branch.a();
    Value b = branch.b();
    if (a.isConstant() && b.isConstant()) {
      boolean holds =
          branch.is32()
              ? branch.condition().test32(a.constant(), b.constant())
              : branch.condition().test(a.constant(), b.constant());
      return new Terminator.Goto(holds ? branch.taken() : branch.next());
    }
    if (a.isConstant()) {
      return branch.comparing(branch.condition().swapped(), branch.is32(), b, a);
    }
    if (branch.is32()) {
      return narrow(branch, a, b);
    }
    int decision =
        a == b
            ? same(branch.condition())
            : Range.decide(branch.condition(), ranges.of(a), ranges.of(b));
    if (decision >= 0) {
      return new Terminator.Goto(decision == 1 ? branch.taken() : branch.next());
    }
    boolean cut =
        a.operation() instanceof Operation.Alu alu
            && alu.opcode() == Opcode.MOV
            && alu.is32()
            && Range.unsigned(branch.condition()) == branch.condition();
    if (cut && b.isConstant() && b.constant() >>> 31 == 0 && uses.isOnly(a)) {
      return branch.comparing(branch.condition(), true, a.operand(0), b);
    }
    return b.isConstant() ? withConstant(branch, a, b.constant()) : withoutSum(branch, a, b);
  }

  private int same(Condition condition) {
    return switch (condition) {
      case EQ, GE, LE, SGE, SLE -> 1;
      case NE, GT, LT, SGT, SLT -> 0;
      default -> -1;
    };
  }

  /** A 32-bit comparison as a 64-bit one, where the operands allow it. */
  private Terminator narrow(Terminator.Branch branch, Value a, Value b) {
    boolean signed = Range.unsigned(branch.condition()) != branch.condition();
    Range left = ranges.of(a);
    Value right = b.isConstant() ? graph.constant(b.constant() & 0xffffffffL) : b;
    Range other = ranges.of(right);
    boolean fits = signed ? left.isSmall() && other.isSmall() : left.is32() && other.is32();
    // A constant with bit 31 set has no 64-bit form in an instruction.
    boolean encodable = !right.isConstant() || right.constant() == (int) right.constant();
    if (fits && encodable) {
      return branch.comparing(Range.unsigned(branch.condition()), false, a, right);
    }
    if (!signed && fits) {
      int decision = Range.decide(branch.condition(), left, other);
      if (decision >= 0) {
        return new Terminator.Goto(decision == 1 ? branch.taken() : branch.next());
      }
    }
    if (a.operation() instanceof Operation.Alu alu && alu.opcode() == Opcode.MOV && alu.is32()) {
      return branch.comparing(branch.condition(), true, a.operand(0), b);
    }
    return branch;
  }

  private Terminator withConstant(Terminator.Branch branch, Value a, long c) {
    boolean equality = branch.condition() == Condition.EQ || branch.condition() == Condition.NE;
    boolean signed = Range.unsigned(branch.condition()) != branch.condition();
    if (a.operation() instanceof Operation.Alu alu && a.size() == 2 && a.operand(1).isConstant()) {
      Value x = a.operand(0);
      long k = a.operand(1).constant();
      if (alu.opcode() == Opcode.ADD && !alu.is32()) {
        boolean exact = ranges.of(x).canAdd(k) && c - k >= 0 == (c >= k) && c >= k;
        if ((uses.isOnly(a) || !x.isPhi())
            && (equality || isOrder(branch) && !signed && exact && c >= 0)) {
          return branch.comparing(branch.condition(), false, x, graph.constant(c - k));
        }
      }
      if (alu.opcode() == Opcode.AND && c == 0 && equality && fits(k, alu.is32())) {
        boolean set = branch.condition() == Condition.NE;
        Condition test = set ? Condition.SET : Condition.CLEAR;
        return branch.comparing(test, alu.is32(), x, a.operand(1));
      }
      if (alu.opcode() == Opcode.XOR && equality && !alu.is32()) {
        return branch.comparing(branch.condition(), false, x, graph.constant(c ^ k));
      }
    }
    if (a.operation() instanceof Operation.Alu alu && equality) {
      boolean swap16 = alu.opcode() == Opcode.SWAP16 && ranges.of(a.operand(0)).mask() >>> 16 == 0;
      boolean swap32 = alu.opcode() == Opcode.SWAP32 && ranges.of(a.operand(0)).is32();
      if (swap16 && c >>> 16 == 0) {
        long swapped = Short.reverseBytes((short) c) & 0xffffL;
        return branch.comparing(branch.condition(), false, a.operand(0), graph.constant(swapped));
      }
      if (swap32 && c >>> 32 == 0) {
        long swapped = Integer.reverseBytes((int) c) & 0xffffffffL;
        return branch.comparing(branch.condition(), false, a.operand(0), graph.constant(swapped));
      }
    }
    return tight(branch, a, c, signed);
  }

  /** Whether it compares by size, rather than looking at bits. */
  private static boolean isOrder(Terminator.Branch branch) {
    return branch.condition() != Condition.SET && branch.condition() != Condition.CLEAR;
  }

  private static boolean fits(long constant, boolean is32) {
    return constant == (int) constant || is32;
  }

  private Terminator tight(Terminator.Branch branch, Value a, long c, boolean signed) {
    Range range = ranges.of(a);
    if (signed && range.max() >= 0 && c >= 0) {
      return branch.comparing(Range.unsigned(branch.condition()), false, a, graph.constant(c));
    }
    // One form for what is the same: x > 13 as x >= 14 is left alone, x < 1 is x == 0.
    if (branch.condition() == Condition.LT && c == 1) {
      return branch.comparing(Condition.EQ, false, a, graph.constant(0));
    }
    if (branch.condition() == Condition.GE && c == 1
        || branch.condition() == Condition.GT && c == 0) {
      return branch.comparing(Condition.NE, false, a, graph.constant(0));
    }
    return branch;
  }

  /** Takes a constant that both sides add from both: pointers into the packet. */
  private Terminator withoutSum(Terminator.Branch branch, Value a, Value b) {
    boolean equality = branch.condition() == Condition.EQ || branch.condition() == Condition.NE;
    boolean signed = Range.unsigned(branch.condition()) != branch.condition();
    Sum left = Sum.of(a);
    Sum right = Sum.of(b);
    boolean keeps = equality || isOrder(branch) && !signed;
    if (!keeps || left.constant() == 0 || right.constant() == 0) {
      return branch;
    }
    long less = Math.min(left.constant(), right.constant());
    boolean exact =
        left.constant() > 0
            && right.constant() > 0
            && ranges.of(left.base()).canAdd(left.constant())
            && ranges.of(right.base()).canAdd(right.constant());
    if (!exact || left.constant() != less && right.constant() != less) {
      return branch;
    }
    if (left.constant() == right.constant()) {
      return branch.comparing(branch.condition(), false, left.base(), right.base());
    }
    return branch;
  }
}
