package org.weft.sim.ref;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.ebpf.SwapKind;
import org.weft.compiler.object.Program;

/** A program in flat arrays, decoded once; indexes are those of the instructions. */
final class FlatProgram {
  static final int REGISTERS = 11;
  static final int FRAME_POINTER = 10;

  final Program program;
  final int[] op;
  final int[] dst;

  /** Register or constant read. */
  final int[] src;

  /** Memory offset, jump target, helper number or size. */
  final int[] extra;

  /** Registers 0 to 10, and behind them the constants of the program. */
  final long[] registers;

  private final Map<Long, Integer> constantIndex = new HashMap<>();

  FlatProgram(Program program) {
    this.program = program;
    List<Instruction> code = program.code();
    op = new int[code.size()];
    dst = new int[code.size()];
    src = new int[code.size()];
    extra = new int[code.size()];
    for (int i = 0; i < code.size(); i++) {
      flatten(i, code.get(i));
    }
    registers = new long[REGISTERS + constantIndex.size()];
    constantIndex.forEach((value, index) -> registers[index] = value);
  }

  private int constant(long value) {
    return constantIndex.computeIfAbsent(value, v -> REGISTERS + constantIndex.size());
  }

  private int operand(Operand operand) {
    return operand.isRegister() ? operand.value() : constant(operand.value());
  }

  private void set(int index, int operation, int to, int from, int more) {
    op[index] = operation;
    dst[index] = to;
    src[index] = from;
    extra[index] = more;
  }

  private static boolean fetchesSource(Instruction.Atomic atomic) {
    return atomic.op() == AtomicOp.XCHG || atomic.fetch() && atomic.op() != AtomicOp.CMPXCHG;
  }

  /** The register that an instruction writes, or -1. */
  private static int written(Instruction instruction) {
    if (instruction instanceof Instruction.Alu alu) {
      return alu.dst();
    }
    if (instruction instanceof Instruction.Swap swap) {
      return swap.dst();
    }
    if (instruction instanceof Instruction.LoadImmediate load) {
      return load.dst();
    }
    if (instruction instanceof Instruction.Load load) {
      return load.dst();
    }
    return instruction instanceof Instruction.Atomic atomic && fetchesSource(atomic)
        ? atomic.src()
        : -1;
  }

  private void flatten(int i, Instruction instruction) {
    if (written(instruction) == FRAME_POINTER) {
      set(i, FlatOp.REFUSE, 0, 0, 0);
      return;
    }
    if (instruction instanceof Instruction.Alu alu) {
      int operation = arithmetic(alu.op()) + (alu.is64() ? 0 : FlatOp.NARROW);
      set(i, operation, alu.dst(), operand(alu.src()), 0);
    } else if (instruction instanceof Instruction.Swap swap) {
      swap(i, swap);
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      switch (load.kind()) {
        case NUMBER -> set(i, FlatOp.MOV, load.dst(), constant(load.value()), 0);
        case MAP_INDEX -> set(i, FlatOp.MOV, load.dst(), constant(Address.ofMap(load.low())), 0);
        case MAP_INDEX_VALUE ->
            set(
                i,
                FlatOp.MOV,
                load.dst(),
                constant(Address.ofValue(load.low(), 0) + (load.high() & 0xffffffffL)),
                0);
        case MAP_FD, MAP_FD_VALUE, VARIABLE, CODE -> set(i, FlatOp.REFUSE, 0, 0, 0);
      }
    } else if (instruction instanceof Instruction.WideTail) {
      set(i, FlatOp.NOP, 0, 0, 0);
    } else if (instruction instanceof Instruction.Load load) {
      int operation = load.signed() ? FlatOp.LOAD_SIGNED : FlatOp.LOAD;
      set(i, sized(operation, load.bytes()), load.dst(), load.base(), load.offset());
    } else if (instruction instanceof Instruction.Store store) {
      set(
          i,
          sized(FlatOp.STORE, store.bytes()),
          store.base(),
          operand(store.value()),
          store.offset());
    } else if (instruction instanceof Instruction.Atomic atomic) {
      int operation =
          sized(FlatOp.ATOMIC, atomic.is64() ? 8 : 4)
              | atomic.op().ordinal() << FlatOp.ATOMIC_SHIFT
              | (fetchesSource(atomic) ? FlatOp.FETCH : 0);
      set(i, operation, atomic.base(), atomic.src(), atomic.offset());
    } else if (instruction instanceof Instruction.Jump jump) {
      int narrow = jump.is64() || jump.op() == JumpOp.JA ? 0 : FlatOp.NARROW_JUMP;
      int operation = FlatOp.JA + jump.op().ordinal() + narrow;
      set(i, operation, jump.dst(), operand(jump.src()), i + 1 + jump.offset());
    } else if (instruction instanceof Instruction.CallHelper call) {
      set(i, FlatOp.CALL_HELPER, 0, 0, call.number());
    } else if (instruction instanceof Instruction.CallLocal call) {
      set(i, FlatOp.CALL_LOCAL, 0, 0, i + 1 + call.offset());
    } else if (instruction instanceof Instruction.Exit) {
      set(i, FlatOp.EXIT, 0, 0, 0);
    } else {
      set(i, FlatOp.REFUSE, 0, 0, 0);
    }
  }

  private static int sized(int operation, int bytes) {
    return operation | bytes << FlatOp.BYTES_SHIFT;
  }

  private void swap(int i, Instruction.Swap swap) {
    boolean little = swap.kind() == SwapKind.LE;
    int operation =
        switch (swap.bits()) {
          case 16 -> little ? FlatOp.ZERO_EXTEND_16 : FlatOp.SWAP16;
          case 32 -> little ? FlatOp.MOV + FlatOp.NARROW : FlatOp.SWAP32;
          default -> little ? FlatOp.NOP : FlatOp.SWAP64;
        };
    set(i, operation, swap.dst(), swap.dst(), 0);
  }

  private static int arithmetic(AluOp op) {
    return switch (op) {
      case ADD -> FlatOp.ADD;
      case SUB -> FlatOp.SUB;
      case MUL -> FlatOp.MUL;
      case DIV -> FlatOp.DIV;
      case OR -> FlatOp.OR;
      case AND -> FlatOp.AND;
      case LSH -> FlatOp.LSH;
      case RSH -> FlatOp.RSH;
      case NEG -> FlatOp.NEG;
      case MOD -> FlatOp.MOD;
      case XOR -> FlatOp.XOR;
      case MOV -> FlatOp.MOV;
      case ARSH -> FlatOp.ARSH;
      case SDIV -> FlatOp.SDIV;
      case SMOD -> FlatOp.SMOD;
      case MOVSX8 -> FlatOp.MOVSX8;
      case MOVSX16 -> FlatOp.MOVSX16;
      case MOVSX32 -> FlatOp.MOVSX32;
    };
  }
}
