package org.weft.compiler.pass;

import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * What each turn of a loop computes of the number of the turn becomes one shift for all turns and a
 * constant for each, so that no turn waits for the one before.
 */
final class Inductions {
  private final Graph graph;
  private final Ranges ranges = new Ranges();

  Inductions(Graph graph) {
    this.graph = graph;
  }

  /** Rewrites the instructions of blocks, given in the order in which they are executed. */
  void run(Iterable<Block> blocks) {
    for (Block block : blocks) {
      for (Value value : List.copyOf(block.values())) {
        boolean constant =
            value.operation() instanceof Operation.Alu alu
                && !alu.is32()
                && value.size() == 2
                && value.operand(1).isConstant();
        if (constant) {
          rewrite(value, ((Operation.Alu) value.operation()).opcode());
        }
      }
    }
  }

  private void rewrite(Value value, Opcode opcode) {
    Sum sum = Sum.of(value.operand(0));
    long constant = value.operand(1).constant();
    if (opcode == Opcode.ADD) {
      add(value, sum.base(), sum.constant() + constant);
    } else if (opcode == Opcode.LSH && sum.constant() != 0 && constant > 0 && constant < 64) {
      Value shifted = graph.value(value.operation(), List.of(sum.base(), value.operand(1)), -1);
      if (add(value, shifted, sum.constant() << constant)) {
        Blocks.insertBefore(value, shifted);
      }
    } else if (opcode == Opcode.OR && isFree(sum, constant)) {
      add(value, sum.base(), sum.constant() + constant);
    }
  }

  /** Whether none of a constant's bits is set in a sum, whose bits below the base's are known. */
  private boolean isFree(Sum sum, long constant) {
    long below = Long.lowestOneBit(ranges.of(sum.base()).mask()) - 1;
    return (constant & ~below) == 0 && (constant & sum.constant()) == 0;
  }

  private boolean add(Value value, Value base, long constant) {
    if (constant != (int) constant) {
      return false;
    }
    value.become(new Operation.Alu(Opcode.ADD, false), List.of(base, graph.constant(constant)));
    return true;
  }
}
