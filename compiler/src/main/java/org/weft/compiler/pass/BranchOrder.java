package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;
import org.weft.isa.row.Condition;

/**
 * Several comparisons of one value with different constants are a multi-way branch: the likely
 * constant is compared first.
 */
public final class BranchOrder implements Pass {
  @Override
  public String name() {
    return "order-branches";
  }

  /** One comparison of a chain. */
  private record Case(
      long constant, Block target, List<Value> operands, double likelihood, int origin) {}

  @Override
  public int run(Graph graph, PassContext context) {
    int ordered = 0;
    Likelihoods likelihoods = new Likelihoods(graph);
    Set<Block> seen = new HashSet<>();
    for (Block block : List.copyOf(graph.blocks())) {
      if (seen.contains(block) || comparison(block) == null) {
        continue;
      }
      List<Block> chain = chain(block);
      seen.addAll(chain);
      if (chain.size() > 1) {
        ordered += order(chain, likelihoods) ? 1 : 0;
      }
    }
    return ordered;
  }

  /** The branch of a block if it compares a value with a constant for equality. */
  private static Terminator.Branch comparison(Block block) {
    return block.terminator() instanceof Terminator.Branch branch
            && !branch.is32()
            && branch.b().isConstant()
            && (branch.condition() == Condition.EQ || branch.condition() == Condition.NE)
        ? branch
        : null;
  }

  private static Block equal(Terminator.Branch branch) {
    return branch.condition() == Condition.EQ ? branch.taken() : branch.next();
  }

  private static Block other(Terminator.Branch branch) {
    return branch.condition() == Condition.EQ ? branch.next() : branch.taken();
  }

  /** The block and those behind it that do nothing but compare the same value. */
  private static List<Block> chain(Block first) {
    List<Block> chain = new ArrayList<>(List.of(first));
    Terminator.Branch start = comparison(first);
    Set<Long> constants = new HashSet<>(Set.of(start.b().constant()));
    Block now = other(start);
    while (now.predecessors().size() == 1 && now.phis().isEmpty()) {
      Terminator.Branch branch = comparison(now);
      boolean same =
          branch != null
              && branch.a() == start.a()
              && now.values().stream().allMatch(v -> v.operation().isPure())
              && constants.add(branch.b().constant());
      if (!same) {
        break;
      }
      chain.add(now);
      now = other(branch);
    }
    return chain;
  }

  private static List<Value> operands(Block target, Block predecessor) {
    int index = target.predecessors().indexOf(predecessor);
    return target.phis().stream().map(phi -> phi.operand(index)).toList();
  }

  private static boolean order(List<Block> chain, Likelihoods likelihoods) {
    List<Case> cases = new ArrayList<>();
    Set<Block> targets = new HashSet<>();
    double left = 1;
    for (Block block : chain) {
      Terminator.Branch branch = comparison(block);
      Block target = equal(branch);
      targets.add(target);
      double likelihood = left * likelihoods.of(block, target);
      left -= likelihood;
      cases.add(
          new Case(
              branch.b().constant(), target, operands(target, block), likelihood, branch.origin()));
    }
    Block last = chain.get(chain.size() - 1);
    Block otherwise = other(comparison(last));
    List<Case> sorted = new ArrayList<>(cases);
    sorted.sort((x, y) -> Double.compare(y.likelihood(), x.likelihood()));
    if (sorted.equals(cases) || targets.contains(otherwise) || targets.size() < cases.size()) {
      return false;
    }
    // What is computed between the comparisons is computed before them.
    List<Value> values = new ArrayList<>();
    chain.forEach(block -> values.addAll(block.values()));
    Value compared = comparison(chain.get(0)).a();
    chain.subList(1, chain.size()).forEach(block -> block.setValues(List.of()));
    chain.get(0).setValues(values);
    Value[] constants = new Value[chain.size()];
    for (int i = 0; i < chain.size(); i++) {
      for (Block block : chain) {
        Terminator.Branch branch = comparison(block);
        if (branch.b().constant() == sorted.get(i).constant()) {
          constants[i] = branch.b();
        }
      }
    }
    double rest = 1;
    List<Terminator> terminators = new ArrayList<>();
    for (int i = 0; i < chain.size(); i++) {
      Case now = sorted.get(i);
      Block next = i + 1 < chain.size() ? chain.get(i + 1) : otherwise;
      double likelihood = rest > 0 ? Math.min(1, Math.max(0, now.likelihood()) / rest) : 0;
      rest -= now.likelihood();
      terminators.add(
          new Terminator.Branch(
              Condition.EQ,
              false,
              compared,
              constants[i],
              now.target(),
              next,
              likelihood,
              now.origin()));
    }
    for (int i = 0; i < chain.size(); i++) {
      relink(chain.get(i), terminators.get(i), sorted.get(i));
    }
    return true;
  }

  private static void relink(Block block, Terminator terminator, Case now) {
    block.leave(terminator);
    int index = now.target().predecessors().indexOf(block);
    List<Value> phis = now.target().phis();
    for (int i = 0; i < phis.size(); i++) {
      if (phis.get(i).size() < now.target().predecessors().size()) {
        phis.get(i).addOperand(now.operands().get(i));
      } else {
        phis.get(i).setOperand(index, now.operands().get(i));
      }
    }
  }
}
