package org.weft.compiler.pass;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/** Removes what has no effect: unreached blocks, replaced and unused values, needless gotos. */
final class Cleanup {
  private Cleanup() {}

  /** Cleans a graph; how many blocks and unused values went. */
  static int run(Graph graph) {
    int removed = unreached(graph);
    removed += trivialPhis(graph);
    removed += merge(graph);
    removed += forward(graph);
    return removed + unused(graph);
  }

  /** The one value that a phi can be, or null. */
  static Value onlyOperand(Value phi) {
    Value only = null;
    for (int i = 0; i < phi.size(); i++) {
      Value operand = phi.operand(i);
      if (operand != phi && operand != only) {
        if (only != null) {
          return null;
        }
        only = operand;
      }
    }
    return only;
  }

  private static int unreached(Graph graph) {
    List<Block> order = PostOrder.reverse(graph);
    if (order.size() == graph.blocks().size()) {
      graph.setBlocks(order);
      return 0;
    }
    Set<Block> kept = new HashSet<>(order);
    int removed = 0;
    for (Block block : graph.blocks()) {
      if (!kept.contains(block)) {
        removed++;
        block.leave(new Terminator.Exit(graph.constant(0), Value.NO_ORIGIN));
      }
    }
    graph.setBlocks(order);
    return removed;
  }

  private static int trivialPhis(Graph graph) {
    int removed = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : graph.blocks()) {
        List<Value> gone = new ArrayList<>();
        for (Value phi : block.phis()) {
          Value only = phi.isReplaced() ? null : onlyOperand(phi);
          if (only != null) {
            phi.replaceWith(only);
            changed = true;
          }
          if (phi.isReplaced()) {
            gone.add(phi);
          }
        }
        block.removePhis(gone);
        removed += gone.size();
      }
    }
    return removed;
  }

  /** Joins a block with the only one it goes to, if that comes from nowhere else. */
  private static int merge(Graph graph) {
    int merged = 0;
    Set<Block> gone = new HashSet<>();
    for (Block block : graph.blocks()) {
      while (!gone.contains(block)
          && block.terminator() instanceof Terminator.Goto jump
          && jump.next().predecessors().size() == 1
          && jump.next() != block
          && jump.next() != graph.entry()) {
        Block next = jump.next();
        List<Value> values = new ArrayList<>(block.values());
        values.addAll(next.values());
        next.setValues(List.of());
        block.setValues(values);
        Terminator terminator = next.terminator();
        for (Block successor : next.successors()) {
          successor.replacePredecessor(next, block);
        }
        block.setTerminatorOnly(terminator);
        gone.add(next);
        merged++;
      }
    }
    List<Block> kept = new ArrayList<>(graph.blocks());
    kept.removeIf(gone::contains);
    graph.setBlocks(kept);
    return merged;
  }

  /** Leads edges around empty blocks, where no phi needs to tell them apart. */
  private static int forward(Graph graph) {
    int forwarded = 0;
    for (Block empty : graph.blocks()) {
      boolean passes =
          empty != graph.entry()
              && empty.values().isEmpty()
              && empty.phis().isEmpty()
              && empty.terminator() instanceof Terminator.Goto;
      if (!passes) {
        continue;
      }
      Block next = ((Terminator.Goto) empty.terminator()).next();
      if (next == empty) {
        continue;
      }
      for (Block predecessor : List.copyOf(empty.predecessors())) {
        if (around(predecessor, empty, next)) {
          forwarded++;
        }
      }
    }
    return forwarded + unreached(graph);
  }

  private static boolean around(Block predecessor, Block empty, Block next) {
    if (predecessor.successors().contains(next)) {
      return both(predecessor, empty, next);
    }
    List<Value> operands = operands(next, empty);
    predecessor.leave(predecessor.terminator().redirected(empty, next));
    addOperands(next, operands);
    return true;
  }

  /** A branch whose sides both lead to the same block: a goto, if no phi tells them apart. */
  private static boolean both(Block predecessor, Block empty, Block next) {
    for (Value phi : next.phis()) {
      int one = next.predecessors().indexOf(empty);
      int other = next.predecessors().indexOf(predecessor);
      if (phi.operand(one) != phi.operand(other)) {
        return false;
      }
    }
    predecessor.leave(new Terminator.Goto(next));
    return true;
  }

  private static List<Value> operands(Block block, Block predecessor) {
    int index = block.predecessors().indexOf(predecessor);
    return block.phis().stream().map(phi -> phi.operand(index)).toList();
  }

  private static void addOperands(Block block, List<Value> operands) {
    for (int i = 0; i < operands.size(); i++) {
      block.phis().get(i).addOperand(operands.get(i));
    }
  }

  /** Removes values that were replaced, and those without effect that nothing with one needs. */
  static int unused(Graph graph) {
    BitSet needed = new BitSet(graph.valueLimit());
    Deque<Value> work = new ArrayDeque<>();
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        if (!value.isReplaced() && !value.operation().isForItsResult()) {
          work.add(value);
        }
      }
      work.addAll(block.terminator().operands());
    }
    while (!work.isEmpty()) {
      Value value = work.pop();
      if (!needed.get(value.id())) {
        needed.set(value.id());
        for (int i = 0; i < value.size(); i++) {
          work.add(value.operand(i));
        }
      }
    }
    int removed = 0;
    for (Block block : graph.blocks()) {
      int before = block.values().size();
      if (block.values().stream().anyMatch(value -> !needed.get(value.id()))) {
        block.setValues(block.values().stream().filter(v -> needed.get(v.id())).toList());
        removed += before - block.values().size();
      }
      List<Value> gone = block.phis().stream().filter(phi -> !needed.get(phi.id())).toList();
      removed += gone.size();
      block.removePhis(gone);
    }
    return removed;
  }
}
