package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.NaturalLoop;
import org.weft.compiler.profile.Likelihoods;

/**
 * Copies the bodies of small loops, so that several turns become one trace and are done at once.
 * Every copy keeps its exits, so that any number of turns is right. Of loops that turn a few times
 * at most no loop is left.
 *
 * <p>Requires: what {@link Simplification} ensures. Ensures the same.
 */
public final class Unrolling implements Pass {
  /** Instructions that a loop's copies have together, when a loop is left. */
  private static final int BODY = 64;

  /** The same when none is left. */
  private static final int WHOLE = 128;

  /** Bodies of a loop that is left. */
  private static final int MOST_COPIES = 8;

  /** Loops with a longer known end are as good as without. */
  private static final int MOST_TURNS = 4096;

  /** A program may become twice as large, and larger by so many instructions. */
  private static final int LEAST = 64;

  /** It does not grow by more than one of so many slots of the instruction memory. */
  private static final int SHARE = 8;

  /** Loops that are entered less often are left alone. */
  private static final double RARE = 0.02;

  private static final int MOST_LOOPS = 100;

  /** What was an outer loop may be an innermost one now. */
  private static final int ROUNDS = 3;

  @Override
  public String name() {
    return "unroll";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int slots = context.machine().rows() * context.machine().lanes();
    int limit = graph.size() + Math.min(graph.size() + LEAST, slots / SHARE);
    Set<Block> done = new HashSet<>();
    int unrolled = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int now = unrollAll(graph, limit - graph.size(), done);
      if (now == 0) {
        break;
      }
      unrolled += now;
      for (Pass pass :
          List.of(
              new Simplification(), new ImpliedBranches(), new Numbering(), new Simplification())) {
        pass.run(graph, context);
      }
    }
    return unrolled;
  }

  /** A loop, how often its body is executed, and how often for each time that it is entered. */
  private record Candidate(NaturalLoop loop, double frequency, double turns, Turns.End end) {}

  /** Unrolls the innermost loops that were not looked at yet, the most frequent ones first. */
  private static int unrollAll(Graph graph, int budget, Set<Block> done) {
    List<Candidate> candidates = candidates(graph, done);
    int left = budget;
    int unrolled = 0;
    for (Candidate candidate : candidates.subList(0, Math.min(MOST_LOOPS, candidates.size()))) {
      NaturalLoop loop = candidate.loop();
      done.add(loop.head());
      int copies = copies(candidate, left);
      if (copies > 0) {
        left -= (copies - 1) * loop.size();
        new LoopCopies(graph, loop).unroll(copies, candidate.end());
        unrolled++;
      }
    }
    Cleanup.run(graph);
    return unrolled;
  }

  private static List<Candidate> candidates(Graph graph, Set<Block> done) {
    Dominators dominators = new Dominators(graph);
    List<NaturalLoop> loops = new ArrayList<>(NaturalLoop.innermost(dominators));
    loops.removeIf(loop -> done.contains(loop.head()));
    if (loops.isEmpty()) {
      return List.of();
    }
    Likelihoods likelihoods = new Likelihoods(graph);
    return loops.stream()
        .map(loop -> candidate(loop, dominators, likelihoods))
        .filter(candidate -> candidate.frequency() >= RARE)
        .sorted(Comparator.comparingDouble((Candidate candidate) -> -candidate.frequency()))
        .toList();
  }

  private static Candidate candidate(
      NaturalLoop loop, Dominators dominators, Likelihoods likelihoods) {
    double entered = 0;
    for (Block block : loop.head().predecessors()) {
      if (!loop.latches().contains(block)) {
        entered += likelihoods.frequency(block) * likelihoods.of(block, loop.head());
      }
    }
    double frequency = likelihoods.frequency(loop.head());
    double turns = entered == 0 ? 0 : frequency / entered;
    return new Candidate(loop, frequency, turns, Turns.of(loop, dominators, MOST_TURNS));
  }

  /** How many bodies a loop is to have; 0 if it is to be left as it is. */
  private static int copies(Candidate candidate, int budget) {
    int size = Math.max(1, candidate.loop().size());
    int most = candidate.end() == null ? Integer.MAX_VALUE : candidate.end().turns();
    if (most <= WHOLE / size && (most - 1) * size <= budget) {
      return most;
    }
    int copies = Math.min(MOST_COPIES, Math.min(BODY / size, 1 + Math.max(0, budget) / size));
    copies = (int) Math.min(copies, Math.ceil(candidate.turns()));
    if (candidate.end() != null) {
      // With a divisor the end comes in the last body, where a branch leads back in any case.
      for (int divisor = copies; 2 * divisor > copies; divisor--) {
        if (most % divisor == 0) {
          return divisor > 1 ? divisor : 0;
        }
      }
    }
    return copies > 1 ? copies : 0;
  }
}
