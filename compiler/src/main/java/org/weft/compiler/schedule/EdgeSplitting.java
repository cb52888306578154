package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/**
 * Puts an empty block on edges whose phis may not be written before the branch, because the other
 * side of the branch still needs what they hold.
 */
final class EdgeSplitting {
  private EdgeSplitting() {}

  static void run(Graph graph) {
    Live live = new Live(graph, Facts.moveBounds(graph));
    for (Block block : List.copyOf(graph.blocks())) {
      if (!(block.terminator() instanceof Terminator.Branch branch)) {
        continue;
      }
      boolean taken = mustSplit(branch.taken(), branch.next(), live);
      boolean next = mustSplit(branch.next(), branch.taken(), live);
      if (taken) {
        split(graph, block, branch.taken());
      }
      if (next) {
        split(graph, block, branch.next());
      }
    }
  }

  private static boolean mustSplit(Block target, Block other, Live live) {
    if (target.phis().isEmpty() || TraceFormation.isExit(target)) {
      return false;
    }
    Set<Value> needed = live.atStart(other);
    for (Value phi : target.phis()) {
      if (needed.contains(phi) || feeds(phi, other)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the other side hands the phi's old value on. */
  private static boolean feeds(Value phi, Block other) {
    return other.phis().stream().anyMatch(p -> p.operands().contains(phi));
  }

  private static void split(Graph graph, Block from, Block to) {
    int index = to.predecessors().indexOf(from);
    List<Value> operands = new ArrayList<>();
    to.phis().forEach(phi -> operands.add(phi.operand(index)));
    Block between = graph.newBlock();
    from.leave(from.terminator().redirected(to, between));
    between.leave(new Terminator.Goto(to));
    for (int i = 0; i < operands.size(); i++) {
      to.phis().get(i).addOperand(operands.get(i));
    }
  }
}
