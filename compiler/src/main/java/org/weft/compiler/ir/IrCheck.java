package org.weft.compiler.ir;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks the rules of the SSA form. */
public final class IrCheck {
  private final Graph graph;
  private final Dominators dominators;
  private final Map<Value, Integer> places = new HashMap<>();

  private IrCheck(Graph graph) {
    this.graph = graph;
    dominators = new Dominators(graph);
  }

  /**
   * Checks a graph.
   *
   * @param after what was done to it last, for the message
   * @throws IllegalStateException when an edge is known to one end only, a phi has not one operand
   *     for each predecessor, or a value is not computed before its use
   */
  public static void check(Graph graph, String after) {
    try {
      new IrCheck(graph).run();
    } catch (IllegalStateException e) {
      throw new IllegalStateException("after " + after + ": " + e.getMessage() + "\n" + graph, e);
    }
  }

  private void run() {
    Set<Block> all = new HashSet<>(graph.blocks());
    for (Block block : graph.blocks()) {
      edges(block, all);
      int at = 0;
      for (Value value : block.phis()) {
        require(value.isPhi() && value.size() == block.predecessors().size(), value, "operands");
        place(value, block, 0);
      }
      for (Value value : block.values()) {
        require(!value.isPhi() && !value.isConstant(), value, "kind");
        place(value, block, ++at);
      }
    }
    for (Block block : graph.blocks()) {
      if (!dominators.isReached(block)) {
        throw new IllegalStateException(block + " is not reached");
      }
      uses(block);
    }
  }

  private void edges(Block block, Set<Block> all) {
    for (Block successor : block.successors()) {
      if (!all.contains(successor) || !successor.predecessors().contains(block)) {
        throw new IllegalStateException(successor + " does not know its predecessor " + block);
      }
    }
    for (Block predecessor : block.predecessors()) {
      if (!all.contains(predecessor) || !predecessor.successors().contains(block)) {
        throw new IllegalStateException(block + " has a predecessor that is none: " + predecessor);
      }
    }
    if (new HashSet<>(block.predecessors()).size() != block.predecessors().size()) {
      throw new IllegalStateException(block + " has a predecessor twice");
    }
  }

  private void place(Value value, Block block, int at) {
    require(value.block() == block, value, "block");
    require(!value.isReplaced(), value, "is replaced, but still there");
    require(places.put(value, at) == null, value, "stands twice");
  }

  private void uses(Block block) {
    for (Value phi : block.phis()) {
      for (int i = 0; i < phi.size(); i++) {
        use(phi.operand(i), block.predecessors().get(i), Integer.MAX_VALUE, phi.toString());
      }
    }
    for (Value value : block.values()) {
      use(value.operands(), block, places.get(value), value.toString());
    }
    use(block.terminator().operands(), block, Integer.MAX_VALUE, block + "'s end");
  }

  private void use(List<Value> operands, Block block, int at, String user) {
    operands.forEach(operand -> use(operand, block, at, user));
  }

  private void use(Value operand, Block block, int at, String user) {
    if (operand.isConstant()) {
      return;
    }
    Integer place = places.get(operand);
    require(place != null, operand, "stands nowhere, but is used by " + user);
    boolean before =
        operand.block() == block ? place < at : dominators.dominates(operand.block(), block);
    require(before, operand, "is not computed before its use by " + user);
  }

  private static void require(boolean condition, Value value, String what) {
    if (!condition) {
      throw new IllegalStateException(value + ": " + what);
    }
  }
}
