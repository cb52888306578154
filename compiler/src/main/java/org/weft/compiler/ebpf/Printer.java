package org.weft.compiler.ebpf;

import java.util.List;
import java.util.Locale;

/**
 * Instructions to the assembly text of LLVM, as {@code llvm-objdump} prints it for the base CPU.
 * What LLVM does not tell apart is written as the kernel does: {@code call pc+2} within the
 * program, {@code call kfunc#7} into the kernel. {@link Parser} is the inverse.
 */
public final class Printer {
  private Printer() {}

  /**
   * One instruction; the empty string for a {@link Instruction.WideTail}.
   *
   * @param index its place in the program; jumps are printed relative to it
   */
  public static String print(Instruction instruction, int index) {
    if (instruction instanceof Instruction.Alu alu) {
      String symbol = alu.op().symbol();
      Operand src = alu.op() == AluOp.NEG ? Operand.register(alu.dst()) : alu.src();
      String gap = symbol.endsWith("=") ? " " : "";
      return register(alu.is64(), alu.dst()) + " " + symbol + gap + operand(alu.is64(), src);
    }
    if (instruction instanceof Instruction.Swap swap) {
      return "r" + swap.dst() + " = " + name(swap.kind()) + swap.bits() + " r" + swap.dst();
    }
    if (instruction instanceof Instruction.LoadImmediate load) {
      return load.kind() == ImmediateKind.NUMBER
          ? "r" + load.dst() + " = " + load.value() + " ll"
          : "ld_pseudo\tr" + load.dst() + ", " + load.kind().ordinal() + ", " + load.value();
    }
    if (instruction instanceof Instruction.WideTail) {
      return "";
    }
    if (instruction instanceof Instruction.Load load) {
      String type = (load.signed() ? "s" : "u") + load.bytes() * 8;
      return "r" + load.dst() + " = *(" + type + " *)(" + address(load.base(), load.offset()) + ")";
    }
    if (instruction instanceof Instruction.Store store) {
      String place = "(" + address(store.base(), store.offset()) + ")";
      return "*(u" + store.bytes() * 8 + " *)" + place + " = " + operand(true, store.value());
    }
    if (instruction instanceof Instruction.Atomic atomic) {
      return atomic(atomic);
    }
    if (instruction instanceof Instruction.Jump jump) {
      return jump(jump);
    }
    if (instruction instanceof Instruction.CallHelper call) {
      return "call " + call.number();
    }
    if (instruction instanceof Instruction.CallLocal call) {
      return "call pc" + signed(call.offset());
    }
    if (instruction instanceof Instruction.CallKernel call) {
      return "call kfunc#" + call.btfId();
    }
    if (instruction instanceof Instruction.Exit) {
      return "exit";
    }
    throw new IllegalStateException("insn " + index + ": no text for " + instruction);
  }

  /** A program, each line with its place in front, as {@code llvm-objdump} lists it. */
  public static String print(List<Instruction> code) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < code.size(); i++) {
      if (!(code.get(i) instanceof Instruction.WideTail)) {
        text.append(String.format("%8d:\t%s\n", i, print(code.get(i), i)));
      }
    }
    return text.toString();
  }

  private static String atomic(Instruction.Atomic atomic) {
    boolean is64 = atomic.is64();
    String address = address(atomic.base(), atomic.offset());
    String type = is64 ? "u64" : "u32";
    if (!atomic.fetch()) {
      return "lock *("
          + type
          + " *)("
          + address
          + ") "
          + atomic.op().symbol()
          + " r"
          + atomic.src();
    }
    String src = register(is64, atomic.src());
    String width = is64 ? "_64(" : "32_32(";
    return switch (atomic.op()) {
      case XCHG -> src + " = xchg" + width + address + ", " + src + ")";
      case CMPXCHG -> {
        String old = register(is64, 0);
        yield old + " = cmpxchg" + width + address + ", " + old + ", " + src + ")";
      }
      case ADD, OR, AND, XOR ->
          src
              + " = atomic_fetch_"
              + name(atomic.op())
              + "(("
              + type
              + " *)("
              + address
              + "), "
              + src
              + ")";
    };
  }

  private static String jump(Instruction.Jump jump) {
    if (jump.op() == JumpOp.JA) {
      return (jump.is64() ? "goto " : "gotol ") + signed(jump.offset());
    }
    return "if "
        + register(jump.is64(), jump.dst())
        + " "
        + jump.op().symbol()
        + " "
        + operand(jump.is64(), jump.src())
        + " goto "
        + signed(jump.offset());
  }

  private static String operand(boolean is64, Operand operand) {
    return operand.isRegister()
        ? register(is64, operand.value())
        : Integer.toString(operand.value());
  }

  private static String register(boolean is64, int number) {
    return (is64 ? "r" : "w") + number;
  }

  private static String address(int base, int offset) {
    return "r" + base + (offset < 0 ? " - " + -offset : " + " + offset);
  }

  private static String signed(int offset) {
    return (offset < 0 ? "" : "+") + offset;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
