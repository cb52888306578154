package org.weft.sim.random;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.HelperFunction;

/** A program being written; jumps go forward and are aimed later. */
final class Code {
  final List<Instruction> instructions = new ArrayList<>();

  int size() {
    return instructions.size();
  }

  void add(Instruction instruction) {
    instructions.add(instruction);
    if (instruction instanceof Instruction.LoadImmediate) {
      instructions.add(Instruction.WideTail.WIDE_TAIL);
    }
  }

  void move(int dst, int src) {
    if (dst != src) {
      alu(AluOp.MOV, true, dst, Operand.register(src));
    }
  }

  void constant(int dst, int value) {
    alu(AluOp.MOV, true, dst, Operand.constant(value));
  }

  void alu(AluOp op, boolean is64, int dst, Operand src) {
    add(new Instruction.Alu(op, is64, dst, src));
  }

  void addConstant(int dst, int value) {
    alu(AluOp.ADD, true, dst, Operand.constant(value));
  }

  void load(int dst, int base, int offset, int bytes) {
    add(new Instruction.Load(dst, base, offset, bytes, false));
  }

  void store(int base, int offset, int bytes, Operand value) {
    add(new Instruction.Store(base, offset, bytes, value));
  }

  void map(int dst, int map) {
    add(new Instruction.LoadImmediate(dst, ImmediateKind.MAP_INDEX, map));
  }

  void call(HelperFunction helper) {
    add(new Instruction.CallHelper(helper.number()));
  }

  void exit() {
    add(new Instruction.Exit());
  }

  /** A jump that is aimed later; gives what {@link #land} takes. */
  int jump(JumpOp op, boolean is64, int dst, Operand src) {
    add(new Instruction.Jump(op, is64, dst, src, 0));
    return size() - 1;
  }

  /** Lets a jump or call go to this place, or a load of an address give it. */
  void land(int jump) {
    aim(jump, size());
  }

  void aim(int from, int target) {
    int offset = target - from - 1;
    if (instructions.get(from) instanceof Instruction.Jump jump) {
      instructions.set(
          from, new Instruction.Jump(jump.op(), jump.is64(), jump.dst(), jump.src(), offset));
    } else if (instructions.get(from) instanceof Instruction.LoadImmediate load) {
      long distance = Integer.toUnsignedLong(offset);
      instructions.set(from, new Instruction.LoadImmediate(load.dst(), load.kind(), distance));
    } else {
      instructions.set(from, new Instruction.CallLocal(offset));
    }
  }
}
