package org.weft.compiler.ebpf;

import java.util.Locale;

/**
 * Instructions as text, in the syntax of llvm-objdump. Where that is ambiguous (local calls) the
 * syntax of the kernel's verifier is used, and loads of maps, which llvm-objdump leaves to a
 * relocation, name their operand.
 */
public final class Printer {
  private Printer() {}

  /** One instruction, without its index; empty for the second half of a 16-byte instruction. */
  public static String print(Instruction instruction) {
    if (instruction instanceof Instruction.Alu alu) {
      return alu(alu);
    } else if (instruction instanceof Instruction.Swap swap) {
      String register = "r" + swap.dst();
      return register + " = " + swapName(swap.kind()) + swap.bits() + " " + register;
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      return "r" + load.dst() + " = " + immediate(load) + " ll";
    } else if (instruction instanceof Instruction.Load load) {
      String type = (load.signed() ? "s" : "u") + 8 * load.bytes();
      return "r" + load.dst() + " = *(" + type + " *)" + address(load.base(), load.offset());
    } else if (instruction instanceof Instruction.Store store) {
      return "*(u"
          + 8 * store.bytes()
          + " *)"
          + address(store.base(), store.offset())
          + " = "
          + operand("r", store.value());
    } else if (instruction instanceof Instruction.Atomic atomic) {
      return atomic(atomic);
    } else if (instruction instanceof Instruction.Jump jump) {
      return jump(jump);
    } else if (instruction instanceof Instruction.CallHelper call) {
      return "call " + call.number();
    } else if (instruction instanceof Instruction.CallLocal call) {
      return "call pc" + signed(call.offset());
    } else if (instruction instanceof Instruction.CallKernel call) {
      return "call kfunc " + call.btfId();
    } else if (instruction instanceof Instruction.Exit) {
      return "exit";
    } else if (instruction instanceof Instruction.WideTail) {
      return "";
    }
    throw new IllegalStateException("no text for " + instruction);
  }

  /** The operator of an assignment, or null for the operations that have none. */
  static String symbol(AluOp op) {
    return switch (op) {
      case ADD -> "+=";
      case SUB -> "-=";
      case MUL -> "*=";
      case DIV -> "/=";
      case OR -> "|=";
      case AND -> "&=";
      case LSH -> "<<=";
      case RSH -> ">>=";
      case MOD -> "%=";
      case XOR -> "^=";
      case MOV -> "=";
      case ARSH -> "s>>=";
      case SDIV -> "s/=";
      case SMOD -> "s%=";
      case NEG, MOVSX8, MOVSX16, MOVSX32 -> null;
    };
  }

  /** The comparison of a jump; null for JA. */
  static String symbol(JumpOp op) {
    return switch (op) {
      case JA -> null;
      case JEQ -> "==";
      case JGT -> ">";
      case JGE -> ">=";
      case JSET -> "&";
      case JNE -> "!=";
      case JSGT -> "s>";
      case JSGE -> "s>=";
      case JLT -> "<";
      case JLE -> "<=";
      case JSLT -> "s<";
      case JSLE -> "s<=";
    };
  }

  private static String swapName(SwapKind kind) {
    return switch (kind) {
      case LE -> "le";
      case BE -> "be";
      case BSWAP -> "bswap";
    };
  }

  private static String alu(Instruction.Alu alu) {
    String prefix = alu.is64() ? "r" : "w";
    String dst = prefix + alu.dst();
    return switch (alu.op()) {
      case NEG -> dst + " = -" + dst;
      case MOVSX8 -> dst + " = (s8)" + operand(prefix, alu.src());
      case MOVSX16 -> dst + " = (s16)" + operand(prefix, alu.src());
      case MOVSX32 -> dst + " = (s32)" + operand(prefix, alu.src());
      default -> dst + " " + symbol(alu.op()) + " " + operand(prefix, alu.src());
    };
  }

  private static String immediate(Instruction.LoadImmediate load) {
    String low = "[" + load.low() + "]";
    return switch (load.kind()) {
      case NUMBER -> Long.toString(load.value());
      case MAP_FD -> "map_fd" + low;
      case MAP_FD_VALUE -> "map_fd_value" + low + signed(load.high());
      case VARIABLE -> "variable" + low;
      case CODE -> "code" + low;
      case MAP_INDEX -> "map" + low;
      case MAP_INDEX_VALUE -> "map_value" + low + signed(load.high());
    };
  }

  private static String atomic(Instruction.Atomic atomic) {
    String width = atomic.is64() ? "64" : "32";
    String prefix = atomic.is64() ? "r" : "w";
    String src = prefix + atomic.src();
    String place = address(atomic.base(), atomic.offset());
    if (atomic.op() == AtomicOp.XCHG) {
      String name = atomic.is64() ? "xchg_64" : "xchg32_32";
      return src + " = " + name + inner(place) + ", " + src + ")";
    }
    if (atomic.op() == AtomicOp.CMPXCHG) {
      String name = atomic.is64() ? "cmpxchg_64" : "cmpxchg32_32";
      return prefix + "0 = " + name + inner(place) + ", " + prefix + "0, " + src + ")";
    }
    if (atomic.fetch()) {
      return src
          + " = atomic_fetch_"
          + atomic.op().name().toLowerCase(Locale.ROOT)
          + "((u"
          + width
          + " *)"
          + place
          + ", "
          + src
          + ")";
    }
    String symbol = symbol(AluOp.valueOf(atomic.op().name()));
    return "lock *(u" + width + " *)" + place + " " + symbol + " r" + atomic.src();
  }

  private static String inner(String place) {
    return place.substring(0, place.length() - 1);
  }

  private static String jump(Instruction.Jump jump) {
    if (jump.op() == JumpOp.JA) {
      return (jump.is64() ? "goto " : "gotol ") + signed(jump.offset());
    }
    String prefix = jump.is64() ? "r" : "w";
    return "if "
        + prefix
        + jump.dst()
        + " "
        + symbol(jump.op())
        + " "
        + operand(prefix, jump.src())
        + " goto "
        + signed(jump.offset());
  }

  private static String operand(String prefix, Operand operand) {
    return operand.isRegister() ? prefix + operand.value() : Integer.toString(operand.value());
  }

  private static String address(int base, int offset) {
    return "(r" + base + (offset < 0 ? " - " : " + ") + Math.abs(offset) + ")";
  }

  private static String signed(int offset) {
    return offset < 0 ? Integer.toString(offset) : "+" + offset;
  }
}
