package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;

/**
 * Gives the likely predecessor of a block where paths meet a copy of its own, so that a trace goes
 * on there and what the path implies is known. Small blocks that a constant decides are always
 * copied; the others as long as the program does not grow beyond its budget.
 */
public final class TailDuplication implements Pass {
  /** How much larger than before the program may become, in instructions. */
  private final double growth;

  private final int most;

  /** Larger blocks are copied only for a predecessor that most packets come from. */
  private static final int SMALL = 8;

  private static final double DOMINANT = 0.5;

  private static final int MAX_COPIES = 300;

  /** Of so many instructions one block is copied before the program is simplified again. */
  private static final int SIZE_OF_ROUND = 500;

  /** Less likely ways are not worth a copy. */
  private static final double LEAST = 0.02;

  /** The pass with a budget: a share of the program, and instructions in any case. */
  public TailDuplication(double growth, int most) {
    this.growth = growth;
    this.most = most;
  }

  @Override
  public String name() {
    return "duplicate";
  }

  private record Candidate(Block block, Block predecessor, double gain) {}

  @Override
  public int run(Graph graph, PassContext context) {
    int limit = (int) (graph.size() * (1 + growth)) + most;
    int atOnce = 1 + graph.size() / SIZE_OF_ROUND;
    int copied = 0;
    while (copied < MAX_COPIES) {
      List<Candidate> best = best(graph, limit - graph.size(), atOnce);
      if (best.isEmpty()) {
        break;
      }
      for (Candidate candidate : best) {
        duplicate(graph, candidate.block(), candidate.predecessor());
        copied++;
      }
      for (Pass pass : List.of(new Simplification(), new ImpliedBranches(), new Simplification())) {
        pass.run(graph, context);
      }
    }
    return copied;
  }

  private static List<Candidate> best(Graph graph, int budget, int most) {
    return choose(candidates(graph, budget), budget, most);
  }

  private static List<Candidate> candidates(Graph graph, int budget) {
    Likelihoods likelihoods = new Likelihoods(graph);
    Dominators dominators = new Dominators(graph);
    List<Candidate> candidates = new ArrayList<>();
    for (Block block : graph.blocks()) {
      if (block.predecessors().size() < 2 || block == graph.entry() || block.size() > budget) {
        continue;
      }
      if (isExit(block)) {
        continue;
      }
      Block likely = null;
      double most = 0;
      boolean loop = false;
      for (Block predecessor : block.predecessors()) {
        loop |= dominators.dominates(block, predecessor);
        double frequency = likelihoods.frequency(predecessor) * likelihoods.of(predecessor, block);
        if (frequency > most) {
          most = frequency;
          likely = predecessor;
        }
      }
      boolean dominant = block.size() <= SMALL || most >= DOMINANT * likelihoods.frequency(block);
      if (!loop && likely != null && most >= LEAST && dominant) {
        candidates.add(new Candidate(block, likely, most));
      }
    }
    return candidates;
  }

  /** Those that gain most, of which none changes what another one was judged by. */
  private static List<Candidate> choose(List<Candidate> candidates, int budget, int most) {
    List<Candidate> chosen = new ArrayList<>();
    Set<Block> touched = new HashSet<>();
    int left = budget;
    candidates.sort(Comparator.comparingDouble((Candidate candidate) -> -candidate.gain()));
    for (Candidate candidate : candidates) {
      Block block = candidate.block();
      Set<Block> near = new HashSet<>(block.successors());
      near.addAll(block.predecessors());
      near.add(block);
      if (block.size() <= left && Collections.disjoint(touched, near)) {
        chosen.add(candidate);
        touched.addAll(near);
        left -= block.size();
      }
      if (chosen.size() == most) {
        break;
      }
    }
    return chosen;
  }

  private static boolean isExit(Block block) {
    return block.values().isEmpty() && block.terminator() instanceof Terminator.Exit;
  }

  /** Copies a block for one of its predecessors. */
  static Block duplicate(Graph graph, Block block, Block predecessor) {
    int index = block.predecessors().indexOf(predecessor);
    Map<Value, Value> copies = new LinkedHashMap<>();
    for (Value phi : block.phis()) {
      copies.put(phi, phi.operand(index));
    }
    Block copy = graph.newBlock();
    for (Value value : block.values()) {
      List<Value> operands = new ArrayList<>();
      value.operands().forEach(operand -> operands.add(copies.getOrDefault(operand, operand)));
      Value other = graph.value(value.operation(), operands, value.origin());
      copy.add(other);
      copies.put(value, other);
    }
    List<List<Value>> incoming = new ArrayList<>();
    for (Block successor : block.successors()) {
      int at = successor.predecessors().indexOf(block);
      List<Value> operands = new ArrayList<>();
      for (Value phi : successor.phis()) {
        operands.add(copies.getOrDefault(phi.operand(at), phi.operand(at)));
      }
      incoming.add(operands);
    }
    copy.leave(CopiedUses.copied(block.terminator(), copies));
    for (int i = 0; i < incoming.size(); i++) {
      Block successor = block.successors().get(i);
      for (int j = 0; j < incoming.get(i).size(); j++) {
        successor.phis().get(j).addOperand(incoming.get(i).get(j));
      }
    }
    predecessor.leave(predecessor.terminator().redirected(block, copy));
    // Uses of the block's values elsewhere may now be reached from either copy.
    Map<Value, Map<Block, Value>> definitions = new HashMap<>();
    copies.forEach((value, other) -> definitions.put(value, Map.of(block, value, copy, other)));
    new CopiedUses(graph, definitions, Set.of(block, copy)).repair(graph);
    return copy;
  }
}
