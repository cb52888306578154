package org.weft.compiler.verifier;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.isa.xdp.HelperFunction;

/** Where paths meet or part: worth comparing with earlier ones. */
final class PrunePoints {
  private final List<Instruction> code;
  private final BitSet reached = new BitSet();
  private final BitSet points = new BitSet();
  private final BitSet loops = new BitSet();
  private final Deque<Integer> work = new ArrayDeque<>();

  private PrunePoints(List<Instruction> code) {
    this.code = code;
  }

  static PrunePoints of(List<Instruction> code) {
    PrunePoints points = new PrunePoints(code);
    points.reach(0);
    while (!points.work.isEmpty()) {
      points.follow(points.work.pop());
    }
    return points;
  }

  boolean contains(int index) {
    return points.get(index);
  }

  /** Whether a helper is called here that calls a function of the program again and again. */
  boolean isLoop(int index) {
    return loops.get(index);
  }

  /** The first instruction that no path reaches, whatever values are; or -1. */
  int unreachable() {
    for (int i = reached.nextClearBit(0); i < code.size(); i = reached.nextClearBit(i + 1)) {
      if (!(code.get(i) instanceof Instruction.WideTail)) {
        return i;
      }
    }
    return -1;
  }

  private void reach(int index) {
    if (reached.get(index)) {
      points.set(index);
    } else {
      reached.set(index);
      work.push(index);
    }
  }

  private void follow(int index) {
    Instruction instruction = code.get(index);
    if (instruction instanceof Instruction.Exit) {
      return;
    }
    if (instruction instanceof Instruction.Jump jump) {
      reach(index + 1 + jump.offset());
      if (jump.op() == JumpOp.JA) {
        return;
      }
      points.set(index);
    } else if (instruction instanceof Instruction.CallLocal call) {
      int target = index + 1 + call.offset();
      reach(target);
      points.set(target);
      points.set(index + 1);
    } else if (instruction instanceof Instruction.LoadImmediate load
        && load.kind() == ImmediateKind.CODE) {
      int target = index + 1 + load.low();
      reach(target);
      points.set(target);
    } else if (instruction instanceof Instruction.CallHelper call
        && call.number() == HelperFunction.LOOP.number()) {
      points.set(index);
      loops.set(index);
      points.set(index + 1);
    }
    reach(instruction instanceof Instruction.LoadImmediate ? index + 2 : index + 1);
  }
}
