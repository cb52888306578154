package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * Rotations: a number shifted to the left and to the right, and both put together, in one
 * instruction.
 *
 * <p>Shifts of 64 bits rotate 32 when nobody reads the upper half of the result, and what the shift
 * to the right brings down from there is zero or masked away: so clang rotates where it has no
 * instructions on 32 bits.
 */
public final class Rotations implements Pass {
  private static final int MAX_LEAVES = 16;

  @Override
  public String name() {
    return "rotate";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    Uses uses = new Uses(graph);
    ReadBits read = new ReadBits(graph);
    Ranges ranges = new Ranges();
    int found = 0;
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        if (isPutTogether(value) && rotate(graph, value, uses, read, ranges)) {
          found++;
          ranges.forget();
        }
      }
    }
    if (found > 0) {
      Cleanup.run(graph);
    }
    return found;
  }

  private static boolean isPutTogether(Value value) {
    return value.operation() instanceof Operation.Alu alu
        && (alu.opcode() == Opcode.OR || alu.opcode() == Opcode.XOR || alu.opcode() == Opcode.ADD);
  }

  private static boolean rotate(Graph graph, Value value, Uses uses, ReadBits read, Ranges ranges) {
    Operation.Alu alu = (Operation.Alu) value.operation();
    List<Value> leaves = new ArrayList<>();
    collect(value, value, uses, leaves);
    if (leaves.size() > MAX_LEAVES) {
      return false;
    }
    long bits = read.of(value);
    // A carry comes from any bit below.
    bits = alu.opcode() == Opcode.ADD ? ReadBits.below(bits) : bits;
    for (Value left : leaves) {
      for (Value right : leaves) {
        Rotation rotation =
            left == right ? null : Rotation.of(graph, left, right, alu, bits, ranges);
        if (rotation != null && !rotation.readsMore(bits, read)) {
          leaves.remove(left);
          leaves.remove(right);
          become(graph, value, rotation, leaves);
          return true;
        }
      }
    }
    return false;
  }

  /** What is put together, in however many steps that nobody else uses. */
  private static void collect(Value root, Value value, Uses uses, List<Value> leaves) {
    for (Value operand : value.operands()) {
      boolean inner =
          leaves.size() < MAX_LEAVES
              && operand.operation().equals(root.operation())
              && operand.block() == root.block()
              && uses.isOnly(operand);
      if (inner) {
        collect(root, operand, uses, leaves);
      } else {
        leaves.add(operand);
      }
    }
  }

  private static void become(Graph graph, Value value, Rotation rotation, List<Value> others) {
    Operation rotate = new Operation.Alu(Opcode.ROL, rotation.is32());
    List<Value> operands = List.of(rotation.number(), rotation.by());
    if (others.isEmpty()) {
      value.become(rotate, operands);
      return;
    }
    Value sum = graph.value(rotate, operands, value.origin());
    Blocks.insertBefore(value, sum);
    for (Value other : others.subList(0, others.size() - 1)) {
      Value more = graph.value(value.operation(), List.of(sum, other), value.origin());
      Blocks.insertBefore(value, more);
      sum = more;
    }
    value.become(value.operation(), List.of(sum, others.get(others.size() - 1)));
  }
}
