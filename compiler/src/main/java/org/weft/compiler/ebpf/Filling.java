package org.weft.compiler.ebpf;

import java.util.List;
import org.weft.isa.InputException;

/**
 * Puts numbers into a prototype.
 *
 * @param numbers in the order in which {@link Printer} prints them, repeated ones included
 */
record Filling(List<Long> numbers) {
  Instruction fill(Instruction prototype) {
    if (prototype instanceof Instruction.Alu alu) {
      Operand src = alu.op() == AluOp.NEG ? alu.src() : operand(1, alu.src());
      return new Instruction.Alu(alu.op(), alu.is64(), register(0), src);
    }
    if (prototype instanceof Instruction.Swap swap) {
      return new Instruction.Swap(swap.kind(), register(0), swap.bits());
    }
    if (prototype instanceof Instruction.LoadImmediate load) {
      return load.kind() == ImmediateKind.NUMBER
          ? new Instruction.LoadImmediate(register(0), load.kind(), numbers.get(1))
          : new Instruction.LoadImmediate(register(0), kind(1), numbers.get(2));
    }
    if (prototype instanceof Instruction.Load load) {
      return new Instruction.Load(register(0), register(1), offset(2), load.bytes(), load.signed());
    }
    if (prototype instanceof Instruction.Store store) {
      return new Instruction.Store(
          register(0), offset(1), store.bytes(), operand(2, store.value()));
    }
    if (prototype instanceof Instruction.Atomic atomic) {
      int base = atomic.fetch() ? 1 : 0;
      return new Instruction.Atomic(
          atomic.op(),
          atomic.fetch(),
          atomic.is64(),
          register(base),
          offset(base + 1),
          register(numbers.size() - 1));
    }
    if (prototype instanceof Instruction.Jump jump) {
      return jump(jump);
    }
    if (prototype instanceof Instruction.CallHelper) {
      return new Instruction.CallHelper(constant(0));
    }
    if (prototype instanceof Instruction.CallLocal) {
      return new Instruction.CallLocal(constant(0));
    }
    if (prototype instanceof Instruction.CallKernel) {
      return new Instruction.CallKernel(constant(0));
    }
    if (prototype instanceof Instruction.Exit) {
      return prototype;
    }
    throw new IllegalStateException("no prototype: " + prototype);
  }

  private Instruction jump(Instruction.Jump jump) {
    if (jump.op() == JumpOp.JA) {
      int offset = jump.is64() ? offset(0) : constant(0);
      return new Instruction.Jump(jump.op(), jump.is64(), 0, jump.src(), offset);
    }
    Operand src = operand(1, jump.src());
    return new Instruction.Jump(jump.op(), jump.is64(), register(0), src, offset(2));
  }

  private int register(int place) {
    return (int) inside(place, 0, 10, "register", "");
  }

  private int offset(int place) {
    return (int) inside(place, Short.MIN_VALUE, Short.MAX_VALUE, "offset", " (16 bits)");
  }

  private int constant(int place) {
    return (int) inside(place, Integer.MIN_VALUE, Integer.MAX_VALUE, "constant", " (32 bits)");
  }

  private ImmediateKind kind(int place) {
    ImmediateKind[] kinds = ImmediateKind.values();
    return kinds[(int) inside(place, 1, kinds.length - 1, "kind of 64-bit immediate", "")];
  }

  private Operand operand(int place, Operand prototype) {
    return prototype.isRegister()
        ? Operand.register(register(place))
        : Operand.constant(constant(place));
  }

  private long inside(int place, long least, long most, String what, String why) {
    long number = numbers.get(place);
    if (number < least || number > most) {
      throw new InputException(
          what + " " + number + " is not between " + least + " and " + most + why);
    }
    return number;
  }
}
