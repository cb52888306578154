package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Fact;

/**
 * Facts of the packet in a trace: an instruction with a constant names one itself, as long as it is
 * what it was.
 */
final class TraceFacts {
  private final Trace trace;
  private final Registers registers;
  private final boolean boundsMove;

  /** Where values stand in the trace, where its blocks end, and where the packet's bounds move. */
  private final Map<Value, Integer> positions = new HashMap<>();

  private final Map<Block, Integer> ends = new HashMap<>();
  private final List<Integer> moves = new ArrayList<>();

  TraceFacts(Trace trace, Registers registers, boolean boundsMove) {
    this.trace = trace;
    this.registers = registers;
    this.boundsMove = boundsMove;
    int count = 0;
    for (Block block : trace.blocks()) {
      for (Value value : block.values()) {
        positions.put(value, count++);
        if (Facts.movesBounds(value)) {
          moves.add(positions.get(value));
        }
      }
      ends.put(block, count);
    }
  }

  /** Whether a value is a fact that never changes. */
  boolean isStable(Value value) {
    return Facts.isStable(value, boundsMove);
  }

  /** The fact that an operand of a value is, if it still is what it was; null otherwise. */
  Fact of(Value operand, Value reader) {
    return at(operand, positions.get(reader));
  }

  /** Whether something reads a fact that cannot name it. */
  boolean needsRegister(Value fact) {
    if (registers.isGlobal(fact)) {
      return true;
    }
    for (Block block : trace.blocks()) {
      for (Value value : block.values()) {
        if (value.operands().contains(fact) && !readsFact(value)) {
          return true;
        }
      }
      if (block.terminator().operands().contains(fact) && compared(block) == null) {
        return true;
      }
      for (Block successor : block.successors()) {
        if (feeds(block, successor, fact)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean readsFact(Value value) {
    return value.operation() instanceof Operation.Alu alu
        && value.size() == 2
        && TraceCode.immediate(value.operand(1), alu.is32()) != null
        && of(value.operand(0), value) != null;
  }

  private static boolean feeds(Block block, Block successor, Value value) {
    int index = successor.predecessors().indexOf(block);
    return successor.phis().stream().anyMatch(phi -> phi.operand(index) == value);
  }

  /** The fact that a block's branch compares with a constant, or null. */
  Fact compared(Block block) {
    return block.terminator() instanceof Terminator.Branch branch
            && TraceCode.immediate(branch.b(), branch.is32()) != null
        ? at(branch.a(), ends.get(block))
        : null;
  }

  private Fact at(Value value, int at) {
    if (!(value.operation() instanceof Operation.ReadFact fact)) {
      return null;
    }
    if (isStable(value)) {
      return fact.fact();
    }
    Integer from = positions.get(value);
    boolean same = from != null && moves.stream().noneMatch(move -> move > from && move < at);
    return same ? fact.fact() : null;
  }
}
