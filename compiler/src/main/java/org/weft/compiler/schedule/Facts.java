package org.weft.compiler.schedule;

import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Fact;

/** Which facts stay the same while a packet is processed: they need no register across traces. */
final class Facts {
  private Facts() {}

  static boolean movesBounds(Value value) {
    return value.operation() instanceof Operation.Call call && call.helper().movesPacketBounds();
  }

  /** Whether a program has calls that move the packet's bounds. */
  static boolean moveBounds(Graph graph) {
    for (Block block : graph.blocks()) {
      if (block.values().stream().anyMatch(Facts::movesBounds)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a value is a fact that is the same everywhere. */
  static boolean isStable(Value value, boolean boundsMove) {
    return value.operation() instanceof Operation.ReadFact fact
        && (!boundsMove || fact.fact() != Fact.LENGTH && fact.fact() != Fact.METADATA);
  }
}
