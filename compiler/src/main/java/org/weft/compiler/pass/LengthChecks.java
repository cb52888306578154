package org.weft.compiler.pass;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;

/**
 * Two checks of the packet's length become the stronger one, in the place of the first, where a
 * packet that is too short for either leaves with the same verdict and nothing else happens in
 * between.
 */
public final class LengthChecks implements Pass {
  private static final int MAX_BLOCKS = 32;

  @Override
  public String name() {
    return "merge-checks";
  }

  /** A branch that leaves with a verdict if the packet is shorter than a number of bytes. */
  private record Check(Value length, long bytes, long verdict, Block pass) {
    static Check of(Block block) {
      if (!(block.terminator() instanceof Terminator.Branch branch)
          || branch.is32()
          || !branch.b().isConstant()
          || !(branch.a().operation() instanceof Operation.ReadFact fact)
          || fact.fact() != Fact.LENGTH
          || branch.condition() != Condition.LT && branch.condition() != Condition.GE) {
        return null;
      }
      boolean less = branch.condition() == Condition.LT;
      Long verdict = leavesWith(block, less ? branch.taken() : branch.next());
      return verdict == null
          ? null
          : new Check(
              branch.a(), branch.b().constant(), verdict, less ? branch.next() : branch.taken());
    }
  }

  /** The constant that a block leaves with when control comes from another, or null. */
  private static Long leavesWith(Block from, Block exit) {
    if (!exit.values().isEmpty() || !(exit.terminator() instanceof Terminator.Exit leaves)) {
      return null;
    }
    Value verdict = leaves.verdict();
    if (verdict.isPhi() && verdict.block() == exit) {
      verdict = verdict.operand(exit.predecessors().indexOf(from));
    }
    return verdict.isConstant() ? verdict.constant() : null;
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int merged = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      Dominators dominators = new Dominators(graph);
      for (Block block : graph.blocks()) {
        if (merge(graph, block, dominators)) {
          merged++;
          changed = true;
          break;
        }
      }
    }
    Cleanup.run(graph);
    return merged;
  }

  private static boolean merge(Graph graph, Block block, Dominators dominators) {
    Check second = Check.of(block);
    if (second == null) {
      return false;
    }
    Block earlier = block;
    for (int i = 0; i < MAX_BLOCKS && earlier != dominators.parent(earlier); i++) {
      earlier = dominators.parent(earlier);
      Check first = Check.of(earlier);
      if (first != null
          && first.verdict() == second.verdict()
          && first.length() == second.length()
          && quiet(first.pass(), block, first.verdict())) {
        Terminator.Branch branch = (Terminator.Branch) earlier.terminator();
        long bytes = Math.max(first.bytes(), second.bytes());
        earlier.leave(
            branch
                .comparing(branch.condition(), false, branch.a(), graph.constant(bytes))
                .withLikelihood(either(branch, (Terminator.Branch) block.terminator())));
        block.leave(new Terminator.Goto(second.pass()));
        Cleanup.run(graph);
        return true;
      }
    }
    return false;
  }

  /** How likely the first branch goes its way when it fails wherever one of the two does. */
  private static double either(Terminator.Branch first, Terminator.Branch second) {
    if (first.likelihood() < 0 || second.likelihood() < 0) {
      return first.likelihood();
    }
    boolean fails = first.condition() == Condition.LT;
    double passes = fails ? 1 - first.likelihood() : first.likelihood();
    passes *= second.condition() == Condition.LT ? 1 - second.likelihood() : second.likelihood();
    return fails ? 1 - passes : passes;
  }

  /** Whether from one block on nothing happens before another but leaving with a verdict. */
  private static boolean quiet(Block from, Block to, long verdict) {
    Set<Block> seen = new HashSet<>();
    Deque<Block> work = new ArrayDeque<>(List.of(from));
    while (!work.isEmpty()) {
      Block block = work.pop();
      if (!seen.add(block)) {
        continue;
      }
      boolean pure = block.values().stream().allMatch(v -> v.operation().isPure());
      if (!pure || seen.size() > MAX_BLOCKS || block.terminator() instanceof Terminator.Exit) {
        return false;
      }
      if (block == to) {
        continue;
      }
      for (Block successor : block.successors()) {
        Long leaves = leavesWith(block, successor);
        if (leaves == null) {
          work.push(successor);
        } else if (leaves != verdict) {
          return false;
        }
      }
    }
    return true;
  }
}
