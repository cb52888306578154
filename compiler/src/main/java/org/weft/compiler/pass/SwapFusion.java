package org.weft.compiler.pass;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * Byte swaps become part of the load or store next to them, where nothing else wants the other
 * order.
 */
public final class SwapFusion implements Pass {
  @Override
  public String name() {
    return "fuse-swaps";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    Uses uses = new Uses(graph);
    // They have the uses that their swaps had, of which there may be more.
    Set<Value> loads = new HashSet<>();
    int fused = 0;
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        if (value.operation() instanceof Operation.Alu alu && bytes(alu.opcode()) > 0) {
          Value load = value.operand(0);
          if (!loads.contains(load) && load(value, bytes(alu.opcode()), uses)) {
            loads.add(load);
            fused++;
          }
        } else if (value.operation() instanceof Operation.Store store) {
          fused += store(value, store, uses);
        }
      }
    }
    Cleanup.run(graph);
    return fused;
  }

  private static int bytes(Opcode opcode) {
    return switch (opcode) {
      case SWAP16 -> 2;
      case SWAP32 -> 4;
      case SWAP64 -> 8;
      default -> 0;
    };
  }

  private static boolean load(Value swap, int bytes, Uses uses) {
    Value load = swap.operand(0);
    if (!(load.operation() instanceof Operation.Load old)
        || old.bytes() != bytes
        || !uses.isOnly(load)
        || old.signed() && bytes < 8) {
      return false;
    }
    load.become(
        new Operation.Load(old.region(), old.map(), old.offset(), bytes, false, !old.swapped()),
        load.operands());
    swap.replaceWith(load);
    return true;
  }

  private static int store(Value value, Operation.Store old, Uses uses) {
    Value swap = value.operand(1);
    if (!(swap.operation() instanceof Operation.Alu alu)
        || bytes(alu.opcode()) != old.bytes()
        || !uses.isOnly(swap)) {
      return 0;
    }
    value.become(
        new Operation.Store(old.region(), old.map(), old.offset(), old.bytes(), !old.swapped()),
        List.of(value.operand(0), swap.operand(0)));
    return 1;
  }
}
