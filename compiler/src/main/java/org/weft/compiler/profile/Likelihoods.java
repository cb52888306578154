package org.weft.compiler.profile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.xdp.HelperFunction;

/**
 * How often control goes where: as measured where a branch knows, else guessed. A program's work is
 * what it calls and stores, so the side that leads to more of it is the likely one; loops go on;
 * lookups hit.
 */
public final class Likelihoods {
  private static final double LOOP = 0.9;
  private static final double HIT = 0.95;
  private static final double LEAST = 0.05;
  private static final double RARE = 0.1;
  private static final int CALL_WORK = 6;

  private final Map<Block, Integer> position = new HashMap<>();
  private final Map<Block, Double> work = new HashMap<>();
  private final Map<Block, Double> frequency = new HashMap<>();
  private final Loops loops;

  /** Estimates for a graph. */
  public Likelihoods(Graph graph) {
    List<Block> order = PostOrder.reverse(graph);
    for (int i = 0; i < order.size(); i++) {
      position.put(order.get(i), i);
    }
    for (int i = order.size() - 1; i >= 0; i--) {
      work.put(order.get(i), work(order.get(i)));
    }
    loops = new Loops(order, this);
    loops.measure();
    for (Block block : order) {
      double sum = block == graph.entry() ? 1 : 0;
      for (Block predecessor : block.predecessors()) {
        if (!isBack(predecessor, block)) {
          sum += frequency.getOrDefault(predecessor, 0.0) * of(predecessor, block);
        }
      }
      frequency.put(block, sum * loops.turns(block));
    }
  }

  /** Place of a block in reverse post-order; blocks that nothing reaches have none. */
  Integer position(Block block) {
    return position.get(block);
  }

  boolean isBack(Block from, Block to) {
    return position.get(from) >= position.get(to);
  }

  private double work(Block block) {
    double most = 0;
    for (Block successor : block.successors()) {
      most = Math.max(most, isBack(block, successor) ? 0 : work.get(successor));
    }
    double own = block.values().size() * 0.1;
    for (Value value : block.values()) {
      Operation operation = value.operation();
      own +=
          operation instanceof Operation.Call || operation instanceof Operation.TailCall
              ? CALL_WORK
              : operation.isPure() ? 0 : 1;
    }
    return most + own;
  }

  /** How often a block is entered for each time the program is. */
  public double frequency(Block block) {
    return frequency.get(block);
  }

  /** The likelihood that control goes from a block to one of its successors, 0 to 1. */
  public double of(Block block, Block successor) {
    if (!(block.terminator() instanceof Terminator.Branch branch)) {
      return 1;
    }
    double taken = branch.likelihood() >= 0 ? branch.likelihood() : guess(block, branch);
    return successor == branch.taken() ? taken : 1 - taken;
  }

  private double guess(Block block, Terminator.Branch branch) {
    boolean backTaken = isBack(block, branch.taken());
    boolean backNext = isBack(block, branch.next());
    if (backTaken != backNext) {
      return backTaken ? LOOP : 1 - LOOP;
    }
    boolean equality = branch.condition() == Condition.EQ || branch.condition() == Condition.NE;
    if (equality
        && branch.a().operation() instanceof Operation.Call call
        && branch.b().isConstant(0)) {
      // Lookups and reservations find something; other helpers give 0 when they succeed.
      boolean lookup =
          call.helper() == HelperFunction.MAP_LOOKUP_ELEM
              || call.helper() == HelperFunction.RINGBUF_RESERVE;
      return lookup == (branch.condition() == Condition.NE) ? HIT : 1 - HIT;
    }
    double usual = Usual.likelihood(block, branch);
    if (usual < 0 && loops.leaves(block, branch.taken()) != loops.leaves(block, branch.next())) {
      return loops.leaves(block, branch.taken()) ? 1 - LOOP : LOOP;
    }
    double taken = work.get(branch.taken());
    double next = work.get(branch.next());
    if (usual >= 0) {
      // Who leaves at once for other packets is meant for these.
      return taken == 0 && next > 0
          ? Math.min(usual, RARE)
          : next == 0 && taken > 0 ? Math.max(usual, 1 - RARE) : usual;
    }
    if (taken + next == 0) {
      return 0.5;
    }
    double share = taken / (taken + next);
    if (equality) {
      // A value is rather different from a constant than equal to it.
      share = branch.condition() == Condition.EQ ? share * 0.7 : 1 - (1 - share) * 0.7;
    }
    return Math.min(1 - LEAST, Math.max(LEAST, share));
  }
}
