package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Opcode;

/**
 * Branches around arithmetic whose results an instruction can choose: minimum and maximum, and
 * results that are the same on both ways, as when a checksum is folded only if it has a carry.
 */
public final class IfConversion implements Pass {
  private static final int MAX_VALUES = 6;

  @Override
  public String name() {
    return "if-convert";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int converted = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : graph.blocks()) {
        if (block.terminator() instanceof Terminator.Branch branch
            && convert(graph, block, branch)) {
          converted++;
          changed = true;
          break;
        }
      }
      if (changed) {
        new Simplification().run(graph, context);
      }
    }
    return converted;
  }

  private static boolean convert(Graph graph, Block block, Terminator.Branch branch) {
    Block join = join(block, branch);
    if (join == null || branch.is32()) {
      return false;
    }
    Block taken = branch.taken() == join ? block : branch.taken();
    Block next = branch.next() == join ? block : branch.next();
    int onTaken = join.predecessors().indexOf(taken);
    int onNext = join.predecessors().indexOf(next);
    Map<Value, Value> chosen = new HashMap<>();
    List<Value> added = new ArrayList<>();
    for (Value phi : join.phis()) {
      Value value = choose(graph, branch, phi.operand(onTaken), phi.operand(onNext), added);
      if (value == null) {
        return false;
      }
      chosen.put(phi, value);
    }
    List<Value> values = new ArrayList<>(block.values());
    for (Block side : List.of(taken, next)) {
      if (side != block) {
        values.addAll(side.values());
        side.setValues(List.of());
      }
    }
    values.addAll(added);
    block.setValues(values);
    // Both ways lead to the join with the same value: the empty sides go.
    int index = block == taken ? onTaken : onNext;
    chosen.forEach((phi, value) -> phi.setOperand(index, value));
    boolean direct = block == taken || block == next;
    if (direct) {
      block.leave(new Terminator.Goto(join));
    } else {
      chosen.forEach((phi, value) -> phi.setOperand(onNext, value));
      block.leave(new Terminator.Goto(next));
    }
    Cleanup.run(graph);
    return true;
  }

  /** The block where both sides meet, if they do nothing but arithmetic before. */
  private static Block join(Block block, Terminator.Branch branch) {
    Block taken = passes(block, branch.taken());
    Block next = passes(block, branch.next());
    if (taken == branch.next()) {
      return taken;
    }
    if (next == branch.taken()) {
      return next;
    }
    return taken != null && taken == next ? taken : null;
  }

  private static Block passes(Block from, Block side) {
    boolean small =
        side.predecessors().size() == 1
            && side.phis().isEmpty()
            && side != from
            && side.values().size() <= MAX_VALUES
            && side.values().stream().allMatch(v -> v.operation() instanceof Operation.Alu);
    return small && side.terminator() instanceof Terminator.Goto jump ? jump.next() : null;
  }

  /** The value of a phi without the branch, or null. */
  private static Value choose(
      Graph graph, Terminator.Branch branch, Value onTaken, Value onNext, List<Value> added) {
    if (onTaken == onNext) {
      return onTaken;
    }
    Value a = branch.a();
    Value b = branch.b();
    Opcode opcode = extreme(branch.condition(), onTaken == a && onNext == b);
    boolean both = onTaken == a && onNext == b || onTaken == b && onNext == a;
    if (both && opcode != null) {
      Value value = graph.value(new Operation.Alu(opcode, false), List.of(a, b), branch.origin());
      added.add(value);
      return value;
    }
    return switch (branch.condition()) {
      case EQ -> same(graph, a, b, onTaken, onNext);
      case NE -> same(graph, a, b, onNext, onTaken);
      case SET -> masked(graph, branch, onTaken, onNext, added);
      case CLEAR -> masked(graph, branch, onNext, onTaken, added);
      default -> null;
    };
  }

  /** A value or zero, by the lowest bit of another: what is masked with all bits or none. */
  private static Value masked(
      Graph graph, Terminator.Branch branch, Value ifSet, Value ifClear, List<Value> added) {
    boolean zeroIfSet = ifSet.isConstant(0);
    if (!branch.b().isConstant(1) || !zeroIfSet && !ifClear.isConstant(0)) {
      return null;
    }
    int origin = branch.origin();
    if (zeroIfSet && new Ranges().of(ifClear).is32()) {
      // Shifts count modulo 64: by the bit's 32 all of the number goes.
      Value count = alu(graph, Opcode.LSH, origin, branch.a(), graph.constant(5));
      Value result = alu(graph, Opcode.RSH, origin, ifClear, count);
      added.addAll(List.of(count, result));
      return result;
    }
    Value bit = alu(graph, Opcode.AND, origin, branch.a(), branch.b());
    Value mask =
        zeroIfSet
            ? alu(graph, Opcode.ADD, origin, bit, graph.constant(-1))
            : alu(graph, Opcode.NEG, origin, bit);
    Value result = alu(graph, Opcode.AND, origin, zeroIfSet ? ifClear : ifSet, mask);
    added.addAll(List.of(bit, mask, result));
    return result;
  }

  private static Value alu(Graph graph, Opcode opcode, int origin, Value... operands) {
    return graph.value(new Operation.Alu(opcode, false), List.of(operands), origin);
  }

  private static Opcode extreme(Condition condition, boolean straight) {
    return switch (condition) {
      case LT, LE -> straight ? Opcode.MIN : Opcode.MAX;
      case GT, GE -> straight ? Opcode.MAX : Opcode.MIN;
      default -> null;
    };
  }

  /**
   * What is right if a is b is also what the other way gives then: the other way is always right.
   */
  private static Value same(Graph graph, Value a, Value b, Value ifEqual, Value otherwise) {
    if (ifEqual == b && otherwise == a || ifEqual == a && otherwise == b) {
      return otherwise;
    }
    if (b.isConstant() && Equality.under(graph, a, b.constant(), otherwise, ifEqual)) {
      return otherwise;
    }
    return null;
  }
}
