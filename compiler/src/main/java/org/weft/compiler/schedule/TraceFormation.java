package org.weft.compiler.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;

/**
 * Cuts a graph into traces: from each head along the likely successor, as long as nothing else
 * leads there.
 */
final class TraceFormation {
  /** Longer traces are cut, to bound the scheduler's work. */
  private static final int MAX_VALUES = 400;

  private final Graph graph;
  private final Likelihoods likelihoods;
  private final List<Trace> traces = new ArrayList<>();
  private final List<Trace> layout = new ArrayList<>();
  private final Map<Block, Trace> byHead = new HashMap<>();
  private final Map<Trace, Trace> following = new HashMap<>();

  TraceFormation(Graph graph, Likelihoods likelihoods) {
    this.graph = graph;
    this.likelihoods = likelihoods;
    Set<Block> placed = new HashSet<>();
    grow(graph.entry(), placed);
    // Heads of merges first, then what is left over; both in order of the graph.
    for (Block block : graph.blocks()) {
      if (!placed.contains(block) && block.predecessors().size() != 1 && !isExit(block)) {
        grow(block, placed);
      }
    }
    for (Block block : graph.blocks()) {
      if (!placed.contains(block) && !isExit(block)) {
        grow(block, placed);
      }
    }
    layOut();
  }

  List<Trace> traces() {
    return traces;
  }

  /**
   * The traces in the order of the rows: where control goes on behind a trace, that one follows.
   */
  List<Trace> layout() {
    return layout;
  }

  /** The trace whose rows follow those of another, or null. */
  Trace following(Trace trace) {
    return following.get(trace);
  }

  private void layOut() {
    List<Trace> sorted = new ArrayList<>(traces);
    sorted.sort(Comparator.comparingDouble((Trace trace) -> -likelihoods.frequency(trace.head())));
    Deque<Trace> frequent = new ArrayDeque<>(sorted);
    Set<Trace> left = new HashSet<>(traces);
    Trace now = traces.get(0);
    while (now != null) {
      layout.add(now);
      left.remove(now);
      while (!frequent.isEmpty() && !left.contains(frequent.peek())) {
        frequent.remove();
      }
      Trace next = successor(now, left);
      next = next == null ? frequent.peek() : next;
      following.put(now, next);
      now = next;
    }
  }

  /** The likeliest trace that control goes to at the end of another, if it is not laid out yet. */
  private Trace successor(Trace trace, Set<Trace> left) {
    Trace best = null;
    double most = -1;
    for (Block successor : trace.last().successors()) {
      Trace candidate = byHead.get(successor);
      double likelihood = likelihoods.of(trace.last(), successor);
      if (candidate != null && left.contains(candidate) && likelihood > most) {
        best = candidate;
        most = likelihood;
      }
    }
    return best;
  }

  Trace of(Block head) {
    return byHead.get(head);
  }

  private void grow(Block head, Set<Block> placed) {
    List<Block> blocks = new ArrayList<>();
    Block now = head;
    int values = 0;
    while (now != null) {
      placed.add(now);
      blocks.add(now);
      values += now.values().size();
      now = values > MAX_VALUES ? null : follower(now, placed);
    }
    Trace trace = new Trace(traces.size(), blocks);
    traces.add(trace);
    byHead.put(head, trace);
  }

  private Block follower(Block block, Set<Block> placed) {
    Block best = null;
    for (Block successor : block.successors()) {
      boolean open =
          successor.predecessors().size() == 1
              && !placed.contains(successor)
              && successor != graph.entry()
              && !isExit(successor);
      if (open
          && (best == null || likelihoods.of(block, successor) > likelihoods.of(block, best))) {
        best = successor;
      }
    }
    return best;
  }

  /** Whether a block does nothing but leave, so that whoever goes there leaves at once. */
  static boolean isExit(Block block) {
    return block.terminator() instanceof Terminator.Exit && block.values().isEmpty();
  }

  /** The verdict that such a block leaves with when control comes from a predecessor. */
  static Value verdict(Block exit, Block predecessor) {
    Value verdict = ((Terminator.Exit) exit.terminator()).verdict();
    return verdict.isPhi() && verdict.block() == exit
        ? verdict.operand(exit.predecessors().indexOf(predecessor))
        : verdict;
  }
}
