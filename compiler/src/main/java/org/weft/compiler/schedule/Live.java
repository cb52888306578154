package org.weft.compiler.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Value;

/**
 * Which values are needed at the start of each block: from every use back to the definition. Phis
 * of the block itself do not count, constants and facts that stay the same live nowhere.
 */
final class Live {
  private final Map<Block, Set<Value>> atStart = new HashMap<>();

  private final boolean boundsMove;

  /**
   * Finds what is live.
   *
   * @param boundsMove whether a call of the program moves the packet's bounds
   */
  Live(Graph graph, boolean boundsMove) {
    this.boundsMove = boundsMove;
    for (Block block : graph.blocks()) {
      atStart.put(block, new LinkedHashSet<>());
    }
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        value.operands().forEach(operand -> use(operand, block));
      }
      block.terminator().operands().forEach(operand -> use(operand, block));
      for (Value phi : block.phis()) {
        for (int i = 0; i < phi.size(); i++) {
          use(phi.operand(i), block.predecessors().get(i));
        }
      }
    }
  }

  private void use(Value value, Block block) {
    if (value.isConstant() || Facts.isStable(value, boundsMove) || value.block() == block) {
      return;
    }
    Deque<Block> work = new ArrayDeque<>(List.of(block));
    while (!work.isEmpty()) {
      Block at = work.pop();
      if (at != value.block() && atStart.get(at).add(value)) {
        work.addAll(at.predecessors());
      }
    }
  }

  Set<Value> atStart(Block block) {
    return atStart.get(block);
  }
}
