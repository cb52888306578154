package org.weft.compiler.pass;

import java.util.HashSet;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/**
 * Constants, copies and algebra: replaces what is known or simpler, in each instruction for itself.
 *
 * <p>Ensures: no instruction on constants only; constants on the right; no branch whose outcome is
 * known from its operands; addresses with their constant part in the access.
 */
public final class Simplification implements Pass {
  private static final int ROUNDS = 16;

  private final boolean constantsLast;

  /** The pass as it brings constants to where addresses take them up. */
  public Simplification() {
    this(true);
  }

  /**
   * The pass.
   *
   * @param constantsLast whether constants are added to sums last, for addresses
   */
  Simplification(boolean constantsLast) {
    this.constantsLast = constantsLast;
  }

  @Override
  public String name() {
    return "simplify";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int total = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int changes = 0;
      Algebra algebra = new Algebra(graph, constantsLast);
      Comparisons comparisons = new Comparisons(graph, new Ranges());
      Set<Block> reached = new HashSet<>();
      for (Block block : PostOrder.reverse(graph)) {
        // A loop that a branch no longer leads to computes its values from themselves.
        if (block == graph.entry() || block.predecessors().stream().anyMatch(reached::contains)) {
          reached.add(block);
          changes += block(block, algebra, comparisons);
        }
      }
      changes += Cleanup.run(graph);
      total += changes;
      if (changes == 0) {
        break;
      }
    }
    return total;
  }

  private static int block(Block block, Algebra algebra, Comparisons comparisons) {
    int changes = 0;
    for (Value phi : block.phis()) {
      Value same = Cleanup.onlyOperand(phi);
      if (same != null && !phi.isReplaced()) {
        phi.replaceWith(same);
        changes++;
      }
    }
    for (Value value : block.values()) {
      if (!value.isReplaced() && value.operation().hasResult()
          || value.operation().region() != null) {
        changes += value.isReplaced() ? 0 : algebra.simplify(value);
      }
    }
    if (block.terminator() instanceof Terminator.Branch branch) {
      Terminator simpler = comparisons.simplify(branch);
      if (simpler != branch) {
        block.leave(simpler);
        changes++;
      }
    }
    return changes;
  }
}
