package org.weft.compiler.ebpf;

import java.util.ArrayList;
import java.util.List;

/**
 * One instruction of every kind: all that differ in more than their registers, offsets and
 * constants. Kinds of 64-bit immediates count as one, since they are a number in the text.
 */
final class Prototypes {
  private static final Operand CONSTANT = Operand.constant(0);
  private static final Operand REGISTER = Operand.register(0);
  private static final List<Operand> OPERANDS = List.of(CONSTANT, REGISTER);

  private Prototypes() {}

  static List<Instruction> all() {
    List<Instruction> all = new ArrayList<>();
    for (boolean is64 : new boolean[] {false, true}) {
      arithmetic(all, is64);
      atomics(all, is64);
      jumps(all, is64);
    }
    for (SwapKind kind : SwapKind.values()) {
      for (int bits = 16; bits <= 64; bits *= 2) {
        all.add(new Instruction.Swap(kind, 0, bits));
      }
    }
    for (int bytes = 1; bytes <= 8; bytes *= 2) {
      all.add(new Instruction.Load(0, 0, 0, bytes, false));
      if (bytes < 8) {
        all.add(new Instruction.Load(0, 0, 0, bytes, true));
      }
      all.add(new Instruction.Store(0, 0, bytes, CONSTANT));
      all.add(new Instruction.Store(0, 0, bytes, REGISTER));
    }
    all.add(new Instruction.LoadImmediate(0, ImmediateKind.NUMBER, 0));
    all.add(new Instruction.LoadImmediate(0, ImmediateKind.MAP_FD, 0));
    all.add(new Instruction.CallHelper(0));
    all.add(new Instruction.CallLocal(0));
    all.add(new Instruction.CallKernel(0));
    all.add(new Instruction.Exit());
    return all;
  }

  private static void arithmetic(List<Instruction> all, boolean is64) {
    for (AluOp op : AluOp.values()) {
      if (op == AluOp.NEG) {
        all.add(new Instruction.Alu(op, is64, 0, CONSTANT));
      } else if (op.isSignExtendingMove()) {
        all.add(new Instruction.Alu(op, is64, 0, REGISTER));
      } else {
        OPERANDS.forEach(src -> all.add(new Instruction.Alu(op, is64, 0, src)));
      }
    }
  }

  private static void atomics(List<Instruction> all, boolean is64) {
    for (AtomicOp op : AtomicOp.values()) {
      if (!op.alwaysFetches()) {
        all.add(new Instruction.Atomic(op, false, is64, 0, 0, 0));
      }
      all.add(new Instruction.Atomic(op, true, is64, 0, 0, 0));
    }
  }

  private static void jumps(List<Instruction> all, boolean is64) {
    for (JumpOp op : JumpOp.values()) {
      if (op == JumpOp.JA) {
        all.add(new Instruction.Jump(op, is64, 0, CONSTANT, 0));
      } else {
        OPERANDS.forEach(src -> all.add(new Instruction.Jump(op, is64, 0, src, 0)));
      }
    }
  }
}
