package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;

/**
 * A counter in a map value that is loaded, added to and stored back becomes one atomic operation.
 * No other thread's update gets lost then, which the program allows but does not need. Atomic
 * operations are aligned, as Linux' verifier wants them, loads and stores need not be.
 */
public final class AtomicFusion implements Pass {
  @Override
  public String name() {
    return "fuse-atomics";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    if (context.machine().atomics() == 0) {
      return 0;
    }
    Uses uses = new Uses(graph);
    int fused = 0;
    for (Block block : graph.blocks()) {
      List<Value> values = new ArrayList<>(block.values());
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i).operation() instanceof Operation.Store store
            && store.region() == Region.MAP) {
          fused += fuse(values, i, store, uses) ? 1 : 0;
        }
      }
    }
    Cleanup.run(graph);
    return fused;
  }

  private static boolean fuse(List<Value> values, int at, Operation.Store store, Uses uses) {
    Value place = values.get(at);
    Value sum = place.operand(1);
    Opcode opcode = opcode(sum.operation(), store.bytes());
    if (opcode == null
        || !uses.isOnly(sum)
        || store.swapped()
        || store.bytes() != 4 && store.bytes() != 8
        || !Alignment.isAligned(place.operand(0), store.offset(), store.bytes())) {
      return false;
    }
    for (int side = 0; side < 2; side++) {
      Value load = sum.operand(side);
      int from = values.indexOf(load);
      boolean same =
          load.operation() instanceof Operation.Load l
              && l.region() == Region.MAP
              && l.map() == store.map()
              && l.offset() == store.offset()
              && l.bytes() == store.bytes()
              && !l.swapped()
              && load.operand(0) == place.operand(0);
      if (same && from >= 0 && uses.isOnly(load) && quiet(values, from + 1, at)) {
        place.become(
            new Operation.Atomic(
                opcode, store.bytes() == 4, false, Region.MAP, store.map(), store.offset()),
            List.of(place.operand(0), sum.operand(1 - side)));
        return true;
      }
    }
    return false;
  }

  /** An operation on words clears the upper half, which is stored, too, if eight bytes are. */
  private static Opcode opcode(Operation operation, int bytes) {
    if (!(operation instanceof Operation.Alu alu) || alu.is32() && bytes == 8) {
      return null;
    }
    return switch (alu.opcode()) {
      case ADD -> Opcode.ATOMIC_ADD;
      case OR -> Opcode.ATOMIC_OR;
      case AND -> Opcode.ATOMIC_AND;
      case XOR -> Opcode.ATOMIC_XOR;
      default -> null;
    };
  }

  /** Whether nothing touches map values in between. */
  private static boolean quiet(List<Value> values, int from, int to) {
    for (int i = from; i < to; i++) {
      Operation operation = values.get(i).operation();
      boolean other =
          operation.region() == Region.MAP
              || operation instanceof Operation.Call
              || operation instanceof Operation.TailCall;
      if (other) {
        return false;
      }
    }
    return true;
  }
}
