package org.weft.compiler.pass;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;

/**
 * Finds which of several definitions of one variable reaches a place, with phis where they meet.
 * Used where a block was copied, and where memory becomes values.
 */
final class SsaRepair {
  private final Graph graph;

  /** The variable at the end of blocks that define it. */
  private final Map<Block, Value> defined;

  private final Map<Block, Value> atStart = new HashMap<>();
  private final Value initial;
  private final Deque<Value> incomplete = new ArrayDeque<>();

  /**
   * A variable.
   *
   * @param defined its value at the end of each block that defines it
   * @param initial its value before the program begins
   */
  SsaRepair(Graph graph, Map<Block, Value> defined, Value initial) {
    this.graph = graph;
    this.defined = defined;
    this.initial = initial;
  }

  /** The variable at the end of a block. */
  Value atEnd(Block block) {
    Value value = find(block, true);
    complete();
    return value;
  }

  /** The variable at the start of a block. */
  Value atStart(Block block) {
    Value value = find(block, false);
    complete();
    return value;
  }

  private Value find(Block from, boolean end) {
    Block block = from;
    boolean atEnd = end;
    while (true) {
      if (atEnd && defined.containsKey(block)) {
        return defined.get(block);
      }
      Value known = atStart.get(block);
      if (known != null) {
        return known;
      }
      List<Block> predecessors = block.predecessors();
      if (block == graph.entry() && predecessors.isEmpty()) {
        return initial;
      }
      if (predecessors.size() != 1) {
        Value phi = block.add(graph.value(new Operation.Phi(), List.of(), Value.NO_ORIGIN));
        atStart.put(block, phi);
        incomplete.add(phi);
        return phi;
      }
      block = predecessors.get(0);
      atEnd = true;
    }
  }

  private void complete() {
    while (!incomplete.isEmpty()) {
      Value phi = incomplete.pop();
      for (Block predecessor : phi.block().predecessors()) {
        phi.addOperand(find(predecessor, true));
      }
    }
  }
}
