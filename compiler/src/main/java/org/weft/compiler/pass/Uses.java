package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Value;

/** How often values are used. */
final class Uses {
  private final Map<Value, Integer> count = new HashMap<>();

  Uses(Graph graph) {
    for (Block block : graph.blocks()) {
      for (Value phi : block.phis()) {
        phi.operands().forEach(this::add);
      }
      for (Value value : block.values()) {
        if (!value.isReplaced()) {
          value.operands().forEach(this::add);
        }
      }
      block.terminator().operands().forEach(this::add);
    }
  }

  private void add(Value value) {
    count.merge(value, 1, Integer::sum);
  }

  int of(Value value) {
    return count.getOrDefault(value, 0);
  }

  /** Whether nobody else uses a value that is used here. */
  boolean isOnly(Value value) {
    return of(value) <= 1;
  }
}
