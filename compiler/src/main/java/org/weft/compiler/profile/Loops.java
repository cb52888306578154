package org.weft.compiler.profile;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;

/**
 * How often loops turn, as the likelihoods of their branches say. (The cyclic probabilities of Wu
 * and Larus, Static Branch Frequency and Program Profile Analysis, 1994.)
 */
final class Loops {
  private static final double MOST = 1e6;

  private final Likelihoods likelihoods;
  private final Map<Block, Double> turns = new HashMap<>();

  /** The blocks of loops by their heads, inner loops first. */
  private final Map<Block, List<Block>> bodies = new LinkedHashMap<>();

  private final Map<Block, Set<Block>> inside = new HashMap<>();

  /** The innermost loops that blocks are in, by their heads. */
  private final Map<Block, Block> innermost = new HashMap<>();

  /** The loops among blocks in reverse post-order. */
  Loops(List<Block> order, Likelihoods likelihoods) {
    this.likelihoods = likelihoods;
    // Inner loops begin behind outer ones, and are needed first.
    for (int i = order.size() - 1; i >= 0; i--) {
      Block head = order.get(i);
      if (head.predecessors().stream().anyMatch(block -> likelihoods.isBack(block, head))) {
        bodies.put(head, body(head));
        bodies.get(head).forEach(block -> innermost.putIfAbsent(block, head));
      }
    }
  }

  /** Finds how often loops turn. */
  void measure() {
    bodies.keySet().forEach(head -> turns.put(head, measured(head)));
  }

  /** Whether control leaves the innermost loop that a block is in when it goes to another one. */
  boolean leaves(Block block, Block to) {
    Block head = innermost.get(block);
    return head != null && !inside.get(head).contains(to);
  }

  /** How often a block is entered for each time that control comes to it from before it. */
  double turns(Block block) {
    return turns.getOrDefault(block, 1.0);
  }

  private double measured(Block head) {
    Map<Block, Double> frequency = new HashMap<>(Map.of(head, 1.0));
    double back = 0;
    for (Block block : bodies.get(head)) {
      double times = frequency.getOrDefault(block, 0.0) * (block == head ? 1 : turns(block));
      if (times == 0) {
        continue;
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
    inside.put(head, body);
    return body.stream().sorted(Comparator.comparingInt(likelihoods::position)).toList();
  }
}
