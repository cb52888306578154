package org.weft.compiler.profile;

import java.util.Map;
import java.util.TreeMap;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;

/**
 * Which way the conditional jumps of one program went, as counted on packets. Functions that are
 * inlined several times share their counts.
 *
 * @param jumps by index of the eBPF instruction in the linked program; those that were never
 *     reached are absent
 */
public record Profile(Map<Integer, Outcomes> jumps) {
  /** Times that a jump is taken to have gone each way beside those that were counted. */
  private static final double UNSEEN = 0.05;

  /** Nothing was counted. */
  public static final Profile NONE = new Profile(Map.of());

  /** How often a jump was taken and not taken; together at least once. */
  public record Outcomes(long taken, long notTaken) {
    public Outcomes {
      if (taken < 0 || notTaken < 0 || taken + notTaken <= 0) {
        throw new IllegalStateException(taken + " times taken, " + notTaken + " not");
      }
    }

    /** The likelihood of being taken. It is never 0 or 1: what was not seen yet may happen. */
    public double likelihood() {
      return (taken + UNSEEN) / (taken + notTaken + 2 * UNSEEN);
    }
  }

  public Profile {
    jumps = Map.copyOf(jumps);
  }

  /** The counts in the order of the instructions. */
  public Map<Integer, Outcomes> inOrder() {
    return new TreeMap<>(jumps);
  }

  /**
   * Writes the likelihoods into the branches of a program's graph; those never reached stay
   * unknown.
   *
   * <p>Requires: the graph as it was built, before any pass, so that a branch's taken side is that
   * of its jump. From then on passes keep likelihoods right, as they keep conditions right.
   */
  public void annotate(Graph graph) {
    for (Block block : graph.blocks()) {
      if (block.terminator() instanceof Terminator.Branch branch
          && jumps.containsKey(branch.origin())) {
        double likelihood = jumps.get(branch.origin()).likelihood();
        block.setTerminatorOnly(branch.withLikelihood(likelihood));
      }
    }
  }
}
