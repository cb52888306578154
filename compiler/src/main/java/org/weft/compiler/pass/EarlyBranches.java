package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;

/**
 * Branches that are decided long before the stores in front of them are done go first: the stores
 * move behind the branch, and the unlikely way gets copies of them and of what only they need. So
 * what the likely way does behind the branch has not to wait for, say, the packet's checksum.
 */
public final class EarlyBranches implements Pass {
  /** Ways more likely than this are not made longer. */
  private static final double UNLIKELY = 0.3;

  /** Fewer rows are not worth copies. */
  private static final int GAIN = 2;

  /** Instructions that all copies may have: a share of the program, and so many in any case. */
  private static final int SHARE = 6;

  private static final int LEAST = 48;

  @Override
  public String name() {
    return "advance-branches";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int size = graph.blocks().stream().mapToInt(block -> block.values().size()).sum();
    int budget = LEAST + size / SHARE;
    int advanced = 0;
    Set<Block> done = new LinkedHashSet<>();
    Advance next = find(graph, context, done, budget);
    while (next != null) {
      next.perform(graph);
      done.add(next.block());
      budget -= next.stores().size() + next.copied().size();
      advanced++;
      next = find(graph, context, done, budget);
    }
    return advanced;
  }

  /**
   * A branch that can go first.
   *
   * @param stores that move behind it
   * @param copied arithmetic that the unlikely way does itself
   */
  private record Advance(
      Block block, Block unlikely, double likelihood, List<Value> stores, List<Value> copied) {
    void perform(Graph graph) {
      Terminator.Branch branch = (Terminator.Branch) block.terminator();
      branch = branch.withLikelihood(branch.taken() == unlikely ? likelihood : 1 - likelihood);
      Block likely = branch.taken() == unlikely ? branch.next() : branch.taken();
      block.setTerminatorOnly(branch);
      List<Value> kept = new ArrayList<>(block.values());
      kept.removeAll(stores);
      block.setValues(kept);
      Block copy = between(graph, unlikely);
      Map<Value, Value> copies = new HashMap<>();
      List<Value> all = new ArrayList<>(copied);
      all.addAll(stores);
      for (Value value : all) {
        List<Value> operands = new ArrayList<>();
        value.operands().forEach(operand -> operands.add(copies.getOrDefault(operand, operand)));
        Value other = graph.value(value.operation(), operands, value.origin());
        copies.put(value, other);
        copy.add(other);
      }
      Block target = likely.predecessors().size() == 1 ? likely : between(graph, likely);
      List<Value> values = new ArrayList<>(stores);
      values.addAll(target.values());
      target.setValues(values);
    }

    /** A new block on the way to another. */
    private Block between(Graph graph, Block to) {
      Block between = graph.newBlock();
      int index = to.predecessors().indexOf(block);
      List<Value> operands = new ArrayList<>();
      to.phis().forEach(phi -> operands.add(phi.operand(index)));
      block.leave(block.terminator().redirected(to, between));
      between.leave(new Terminator.Goto(to));
      for (int i = 0; i < operands.size(); i++) {
        to.phis().get(i).addOperand(operands.get(i));
      }
      return between;
    }
  }

  private static Advance find(Graph graph, PassContext context, Set<Block> done, int budget) {
    RowEstimate estimate = new RowEstimate(graph, context.machine());
    Likelihoods likelihoods = new Likelihoods(graph);
    for (Block block : PostOrder.reverse(graph)) {
      if (block.terminator() instanceof Terminator.Branch branch && !done.contains(block)) {
        double taken = likelihoods.of(block, branch.taken());
        Block unlikely = taken <= 0.5 ? branch.taken() : branch.next();
        Block likely = taken <= 0.5 ? branch.next() : branch.taken();
        if (Math.min(taken, 1 - taken) <= UNLIKELY && likely != block && goesOn(likely)) {
          Advance advance = advance(block, unlikely, Math.min(taken, 1 - taken), estimate);
          boolean fits =
              advance != null && advance.stores().size() + advance.copied().size() <= budget;
          if (fits) {
            return advance;
          }
        }
      }
    }
    return null;
  }

  /** Whether a way has effects of its own. */
  private static boolean goesOn(Block way) {
    return way.predecessors().size() == 1
        && way.values().stream().anyMatch(value -> !value.operation().isPure());
  }

  private static Advance advance(
      Block block, Block unlikely, double likelihood, RowEstimate estimate) {
    List<Value> values = block.values();
    int decided = estimate.decided(block, estimate.control(block));
    int first = movable(block);
    int last = decided;
    int without = decided;
    int from = -1;
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i).operation().isPure()) {
        continue;
      }
      int row = estimate.row(values.get(i));
      last = Math.max(last, row);
      if (from < 0 && (i < first || row <= decided)) {
        without = Math.max(without, row);
      } else if (from < 0) {
        from = i;
      }
    }
    if (from < 0 || last - without < GAIN) {
      return null;
    }
    List<Value> stores =
        values.subList(from, values.size()).stream()
            .filter(value -> !value.operation().isPure())
            .toList();
    return new Advance(block, unlikely, likelihood, stores, late(block, stores, without, estimate));
  }

  /** From where on all effects are stores that no later load of the block may read. */
  private static int movable(Block block) {
    List<Value> values = block.values();
    List<Value> loads = new ArrayList<>();
    for (int i = values.size() - 1; i >= 0; i--) {
      Value value = values.get(i);
      Operation operation = value.operation();
      if (operation instanceof Operation.Load) {
        loads.add(value);
      } else if (!operation.isPure()) {
        boolean store = operation.region() != null && !operation.hasResult();
        if (!store || loads.stream().anyMatch(load -> mayMeet(value, load))) {
          return i + 1;
        }
      }
    }
    return 0;
  }

  private static boolean mayMeet(Value store, Value load) {
    Operation a = store.operation();
    Operation b = load.operation();
    if (a.region() != b.region()) {
      return false;
    }
    boolean same = store.operand(0) == load.operand(0) && a.map() == b.map();
    return !same || a.offset() < b.offset() + b.bytes() && b.offset() < a.offset() + a.bytes();
  }

  /** The arithmetic of a block that stores need and that is not done when its branch is decided. */
  private static List<Value> late(
      Block block, List<Value> stores, int decided, RowEstimate estimate) {
    Set<Value> needed = new LinkedHashSet<>();
    stores.forEach(store -> needed.addAll(store.operands()));
    List<Value> late = new ArrayList<>();
    for (int i = block.values().size() - 1; i >= 0; i--) {
      Value value = block.values().get(i);
      boolean copied =
          needed.contains(value)
              && value.operation() instanceof Operation.Alu
              && estimate.row(value) >= decided;
      if (copied) {
        late.add(0, value);
        needed.addAll(value.operands());
      }
    }
    return late;
  }
}
