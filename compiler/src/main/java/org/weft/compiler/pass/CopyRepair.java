package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/** Mends uses of values that have copies since their blocks were copied. */
final class CopyRepair {
  private final Set<Block> copied;
  private final Map<Value, SsaRepair> variables = new HashMap<>();

  /**
   * A repair of the graph.
   *
   * @param copied blocks whose own operands are right: originals and copies
   * @param definitions for each copied value what it is at the end of which block
   */
  CopyRepair(Graph graph, Set<Block> copied, Map<Value, Map<Block, Value>> definitions) {
    this.copied = copied;
    definitions.forEach(
        (value, at) -> variables.put(value, new SsaRepair(graph, at, graph.constant(0))));
  }

  /** Gives all other blocks of a graph the values that reach them. */
  void run(Graph graph) {
    for (Block user : List.copyOf(graph.blocks())) {
      if (!copied.contains(user)) {
        for (Value value : user.values()) {
          replace(value, user);
        }
        user.leave(replaced(user));
      }
      for (Value phi : List.copyOf(user.phis())) {
        for (int i = 0; i < phi.size() && i < user.predecessors().size(); i++) {
          Block from = user.predecessors().get(i);
          SsaRepair variable = variables.get(phi.operand(i));
          if (variable != null && !copied.contains(from)) {
            phi.setOperand(i, variable.atEnd(from));
          }
        }
      }
    }
  }

  private void replace(Value value, Block user) {
    for (int i = 0; i < value.size(); i++) {
      SsaRepair variable = variables.get(value.operand(i));
      if (variable != null) {
        value.setOperand(i, variable.atStart(user));
      }
    }
  }

  private Terminator replaced(Block user) {
    Map<Value, Value> now = new HashMap<>();
    for (Value operand : user.terminator().operands()) {
      SsaRepair variable = variables.get(operand);
      if (variable != null) {
        now.put(operand, variable.atStart(user));
      }
    }
    return now.isEmpty() ? user.terminator() : with(user.terminator(), now);
  }

  /** A terminator that reads other values. */
  static Terminator with(Terminator terminator, Map<Value, Value> values) {
    if (terminator instanceof Terminator.Branch branch) {
      return branch.comparing(
          branch.condition(),
          branch.is32(),
          values.getOrDefault(branch.a(), branch.a()),
          values.getOrDefault(branch.b(), branch.b()));
    } else if (terminator instanceof Terminator.Exit exit) {
      return new Terminator.Exit(
          values.getOrDefault(exit.verdict(), exit.verdict()), exit.origin());
    }
    return terminator;
  }
}
