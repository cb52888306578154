package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/** Uses behind blocks that were copied: what they read may now come from any of the copies. */
final class CopiedUses {
  private final Map<Value, SsaRepair> variables = new HashMap<>();
  private final Set<Block> copied;

  /**
   * Values that now have several definitions.
   *
   * @param definitions of each value that was copied: it and its copies by their blocks
   * @param copied the blocks and their copies, in which all uses are right
   */
  CopiedUses(Graph graph, Map<Value, Map<Block, Value>> definitions, Set<Block> copied) {
    this.copied = copied;
    definitions.forEach(
        (value, byBlock) -> variables.put(value, new SsaRepair(graph, byBlock, graph.constant(0))));
  }

  /** Makes all uses elsewhere read what reaches them. */
  void repair(Graph graph) {
    // Phis that the repair itself makes have the right operands.
    Map<Block, List<Value>> phis = new HashMap<>();
    graph.blocks().forEach(block -> phis.put(block, List.copyOf(block.phis())));
    for (Block user : List.copyOf(graph.blocks())) {
      if (!copied.contains(user)) {
        for (Value value : user.values()) {
          replace(value, user);
        }
        user.leave(replaced(user));
      }
      for (Value phi : phis.get(user)) {
        for (int i = 0; i < phi.size() && i < user.predecessors().size(); i++) {
          Block from = user.predecessors().get(i);
          Value operand = phi.operand(i);
          if (variables.containsKey(operand) && !copied.contains(from)) {
            phi.setOperand(i, variables.get(operand).atEnd(from));
          }
        }
      }
    }
  }

  private void replace(Value value, Block user) {
    for (int i = 0; i < value.size(); i++) {
      Value operand = value.operand(i);
      if (variables.containsKey(operand)) {
        value.setOperand(i, variables.get(operand).atStart(user));
      }
    }
  }

  private Terminator replaced(Block user) {
    Map<Value, Value> now = new HashMap<>();
    for (Value operand : user.terminator().operands()) {
      if (variables.containsKey(operand)) {
        now.put(operand, variables.get(operand).atStart(user));
      }
    }
    return now.isEmpty() ? user.terminator() : copied(user.terminator(), now);
  }

  /** A terminator on other values. */
  static Terminator copied(Terminator terminator, Map<Value, Value> copies) {
    if (terminator instanceof Terminator.Branch branch) {
      return branch.comparing(
          branch.condition(),
          branch.is32(),
          copies.getOrDefault(branch.a(), branch.a()),
          copies.getOrDefault(branch.b(), branch.b()));
    } else if (terminator instanceof Terminator.Exit exit) {
      return new Terminator.Exit(
          copies.getOrDefault(exit.verdict(), exit.verdict()), exit.origin());
    }
    return terminator;
  }
}
