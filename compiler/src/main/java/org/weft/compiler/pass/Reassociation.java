package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * Chains of one associative operation become trees as flat as they can be: what is known late is
 * added last, and constants are added up.
 */
public final class Reassociation implements Pass {
  private static final int MAX_LEAVES = 64;

  @Override
  public String name() {
    return "reassociate";
  }

  /** A value and the number of instructions that it has to wait for in its block. */
  private record Leaf(Value value, int depth, int order) {}

  @Override
  public int run(Graph graph, PassContext context) {
    Uses uses = new Uses(graph);
    int rebuilt = 0;
    for (Block block : graph.blocks()) {
      Map<Value, Integer> depths = new HashMap<>();
      List<Value> values = new ArrayList<>();
      Map<Value, Boolean> inner = inner(block, uses);
      for (Value value : block.values()) {
        List<Value> leaves = new ArrayList<>();
        boolean root = isAssociative(value) && !inner.containsKey(value);
        if (root) {
          collect(value, value, inner, leaves);
        }
        if (root && leaves.size() > 2 && leaves.size() <= MAX_LEAVES) {
          rebuild(graph, value, leaves, depths, values);
          rebuilt++;
        }
        values.add(value);
        depths.put(value, depth(value, depths));
      }
      block.setValues(values);
    }
    Cleanup.run(graph);
    return rebuilt;
  }

  private static int depth(Value value, Map<Value, Integer> depths) {
    int most = 0;
    for (Value operand : value.operands()) {
      most = Math.max(most, depths.getOrDefault(operand, 0));
    }
    return most + 1;
  }

  private static boolean isAssociative(Value value) {
    return value.operation() instanceof Operation.Alu alu
        && !alu.is32()
        && switch (alu.opcode()) {
          case ADD, AND, OR, XOR -> true;
          default -> false;
        };
  }

  /** Operations that only a like one of the same block uses. */
  private static Map<Value, Boolean> inner(Block block, Uses uses) {
    Map<Value, Boolean> inner = new HashMap<>();
    for (Value value : block.values()) {
      if (!isAssociative(value)) {
        continue;
      }
      for (Value operand : value.operands()) {
        boolean same =
            operand.block() == block
                && operand.operation().equals(value.operation())
                && uses.isOnly(operand);
        if (same) {
          inner.put(operand, true);
        }
      }
    }
    return inner;
  }

  private static void collect(
      Value root, Value value, Map<Value, Boolean> inner, List<Value> leaves) {
    for (Value operand : value.operands()) {
      if (inner.containsKey(operand) && operand.operation().equals(root.operation())) {
        collect(root, operand, inner, leaves);
      } else {
        leaves.add(operand);
      }
    }
  }

  private static void rebuild(
      Graph graph, Value root, List<Value> leaves, Map<Value, Integer> depths, List<Value> values) {
    Opcode opcode = ((Operation.Alu) root.operation()).opcode();
    PriorityQueue<Leaf> queue =
        new PriorityQueue<>(Comparator.comparingInt(Leaf::depth).thenComparingInt(Leaf::order));
    Long constant = null;
    int order = 0;
    for (Value leaf : leaves) {
      if (leaf.isConstant()) {
        long now = leaf.constant();
        constant =
            constant == null
                ? now
                : org.weft.isa.row.Arithmetic.apply(opcode, false, constant, now);
      } else {
        queue.add(new Leaf(leaf, depths.getOrDefault(leaf, 0), order++));
      }
    }
    if (constant != null) {
      queue.add(new Leaf(graph.constant(constant), -1, order++));
    }
    while (queue.size() > 2) {
      Leaf a = queue.poll();
      Leaf b = queue.poll();
      List<Value> operands =
          a.value().isConstant() ? List.of(b.value(), a.value()) : List.of(a.value(), b.value());
      Value sum = graph.value(root.operation(), operands, root.origin());
      values.add(sum);
      queue.add(new Leaf(sum, Math.max(a.depth(), b.depth()) + 1, order++));
    }
    Leaf a = queue.poll();
    Leaf b = queue.poll();
    if (b == null) {
      root.replaceWith(a.value());
      return;
    }
    root.become(
        root.operation(),
        a.value().isConstant() ? List.of(b.value(), a.value()) : List.of(a.value(), b.value()));
  }
}
