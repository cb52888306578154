package org.weft.compiler.profile;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Terminator;

/**
 * How often loops turn: as their branches say where all of them are measured, else as often as
 * loops usually do. (The cyclic probabilities of Wu and Larus, Static Branch Frequency and Program
 * Profile Analysis, 1994.)
 */
final class Loops {
  /** Turns of a loop that nothing is known of. */
  static final double USUAL = 10;

  private static final double MOST = 1e6;

  private final Likelihoods likelihoods;
  private final Map<Block, Double> turns = new HashMap<>();

  /** The loops among blocks in reverse post-order. */
  Loops(List<Block> order, Likelihoods likelihoods) {
    this.likelihoods = likelihoods;
    // Inner loops begin behind outer ones, and are needed first.
    for (int i = order.size() - 1; i >= 0; i--) {
      Block head = order.get(i);
      if (head.predecessors().stream().anyMatch(block -> likelihoods.isBack(block, head))) {
        turns.put(head, measured(head));
      }
    }
  }

  /** How often a block is entered for each time that control comes to it from before it. */
  double turns(Block block) {
    return turns.getOrDefault(block, 1.0);
  }

  private double measured(Block head) {
    Map<Block, Double> frequency = new HashMap<>(Map.of(head, 1.0));
    double back = 0;
    for (Block block : body(head)) {
      double times = frequency.getOrDefault(block, 0.0) * (block == head ? 1 : turns(block));
      if (times == 0) {
        continue;
      }
      if (block.terminator() instanceof Terminator.Branch branch && branch.likelihood() < 0) {
        return USUAL;
      }
      for (Block successor : block.successors()) {
        double passed = times * likelihoods.of(block, successor);
        if (successor == head) {
          back += passed;
        } else if (!likelihoods.isBack(block, successor)) {
          frequency.merge(successor, passed, Double::sum);
        }
      }
    }
    return back < 1 ? Math.min(MOST, 1 / (1 - back)) : MOST;
  }

  /** The blocks from which control comes back to a head without leaving the loop, in order. */
  private List<Block> body(Block head) {
    Set<Block> body = new HashSet<>(Set.of(head));
    Deque<Block> work = new ArrayDeque<>();
    for (Block block : head.predecessors()) {
      if (likelihoods.isBack(block, head)) {
        work.push(block);
      }
    }
    while (!work.isEmpty()) {
      Block block = work.pop();
      if (likelihoods.isBack(block, head) && body.add(block)) {
        block.predecessors().forEach(work::push);
      }
    }
    return body.stream().sorted(Comparator.comparingInt(likelihoods::position)).toList();
  }
}
