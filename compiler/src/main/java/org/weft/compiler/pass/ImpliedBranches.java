package org.weft.compiler.pass;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;

/**
 * Removes branches whose outcome follows from those that lead to them: a packet that was found long
 * enough is not measured again.
 */
public final class ImpliedBranches implements Pass {
  @Override
  public String name() {
    return "imply";
  }

  private record Undo(Value value, Range before) {}

  /** What a value is known not to be. */
  private record Unequal(Value value, long constant) {}

  @Override
  public int run(Graph graph, PassContext context) {
    Dominators dominators = new Dominators(graph);
    Map<Value, Range> assumed = new HashMap<>();
    Ranges ranges = new Ranges(assumed, block -> isHead(block, dominators));
    Comparisons comparisons = new Comparisons(graph, ranges);
    int removed = 0;
    Set<Unequal> unequal = new HashSet<>();
    Deque<Object> work = new ArrayDeque<>(List.of(graph.entry()));
    while (!work.isEmpty()) {
      Object item = work.pop();
      if (item instanceof Undo undo) {
        set(assumed, undo.value(), undo.before());
        continue;
      }
      if (item instanceof Unequal gone) {
        unequal.remove(gone);
        continue;
      }
      Block block = (Block) item;
      Deque<Undo> undone = new ArrayDeque<>();
      assume(block, assumed, ranges, undone);
      Unequal found = unequal(block);
      if (found != null && unequal.add(found)) {
        work.push(found);
      }
      ranges.forget();
      removed += decide(block, comparisons, unequal);
      undone.forEach(work::push);
      dominators.children(block).forEach(work::push);
    }
    Cleanup.run(graph);
    return removed;
  }

  private static boolean isHead(Block block, Dominators dominators) {
    return block.predecessors().stream()
        .anyMatch(from -> dominators.isReached(from) && dominators.dominates(block, from));
  }

  private static void set(Map<Value, Range> assumed, Value value, Range range) {
    if (range == null) {
      assumed.remove(value);
    } else {
      assumed.put(value, range);
    }
  }

  private static int decide(Block block, Comparisons comparisons, Set<Unequal> unequal) {
    if (!(block.terminator() instanceof Terminator.Branch branch)) {
      return 0;
    }
    Terminator.Goto outcome =
        comparisons.simplify(branch) instanceof Terminator.Goto jump ? jump : null;
    if (isEquality(branch) && unequal.contains(new Unequal(branch.a(), branch.b().constant()))) {
      boolean equal = branch.condition() == Condition.EQ;
      outcome = new Terminator.Goto(equal ? branch.next() : branch.taken());
    }
    if (outcome == null) {
      return 0;
    }
    block.leave(outcome);
    return 1;
  }

  private static boolean isEquality(Terminator.Branch branch) {
    return branch.b().isConstant()
        && !branch.is32()
        && (branch.condition() == Condition.EQ || branch.condition() == Condition.NE);
  }

  /** What the only way into a block says that a value is not. */
  private static Unequal unequal(Block block) {
    if (block.predecessors().size() != 1
        || !(block.predecessors().get(0).terminator() instanceof Terminator.Branch branch)
        || !isEquality(branch)) {
      return null;
    }
    boolean differs = branch.condition() == Condition.NE == (branch.taken() == block);
    return differs ? new Unequal(branch.a(), branch.b().constant()) : null;
  }

  /** What the only way into a block says of the values compared there. */
  private static void assume(
      Block block, Map<Value, Range> assumed, Ranges ranges, Deque<Undo> undone) {
    if (block.predecessors().size() != 1
        || !(block.predecessors().get(0).terminator() instanceof Terminator.Branch branch)
        || branch.is32()) {
      return;
    }
    Condition condition =
        branch.taken() == block ? branch.condition() : branch.condition().inverse();
    ranges.forget();
    if (branch.b().isConstant()) {
      refine(branch.a(), condition, branch.b().constant(), assumed, ranges, undone);
    } else {
      Range b = ranges.of(branch.b());
      Range a = ranges.of(branch.a());
      bound(branch.a(), condition, b, assumed, ranges, undone);
      bound(branch.b(), condition.swapped(), a, assumed, ranges, undone);
    }
  }

  private static void bound(
      Value value,
      Condition condition,
      Range other,
      Map<Value, Range> assumed,
      Ranges ranges,
      Deque<Undo> undone) {
    switch (condition) {
      case LT, LE -> refine(value, condition, other.max(), assumed, ranges, undone);
      case GT, GE -> refine(value, condition, other.min(), assumed, ranges, undone);
      default -> {
        // Nothing that a range could say.
      }
    }
  }

  private static void refine(
      Value value,
      Condition condition,
      long constant,
      Map<Value, Range> assumed,
      Ranges ranges,
      Deque<Undo> undone) {
    if (value.isConstant()) {
      return;
    }
    Range now = ranges.of(value);
    Range refined = Range.refine(condition, now, constant);
    if (refined.equals(now) || refined.isEmpty()) {
      return;
    }
    undone.push(new Undo(value, assumed.get(value)));
    assumed.put(value, refined);
    Sum sum = Sum.of(value);
    if (sum.constant() != 0 && ranges.of(sum.base()).canAdd(sum.constant())) {
      long k = sum.constant();
      Range base = ranges.of(sum.base());
      Range narrowed = base.meet(new Range(refined.min() - k, refined.max() - k, -1));
      if (!narrowed.isEmpty() && Long.compareUnsigned(refined.min(), k) >= 0) {
        undone.push(new Undo(sum.base(), assumed.get(sum.base())));
        assumed.put(sum.base(), narrowed);
      }
    }
  }
}
