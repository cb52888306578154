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
import org.weft.isa.xdp.HelperFunction;

/**
 * A program in flat arrays, decoded once; indexes are those of the instructions. In an observed
 * program instruction <i>i</i> is at 2<i>i</i> + 1, and before it stands a mark or nothing.
 */
final class FlatProgram {
  static final int REGISTERS = 11;
  static final int FRAME_POINTER = 10;

  final Program program;

  /** Index of the program in its object; 0 when it has none. */
  final int number;

  /** 1 for an observed program, else 0: how far to shift an index for that of the instruction. */
  final int shift;

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
    number = 0;
    shift = 0;
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

  private FlatProgram(FlatProgram plain, int number) {
    program = plain.program;
    this.number = number;
    shift = 1;
    int instructions = plain.op.length;
    op = new int[2 * instructions];
    dst = new int[2 * instructions];
    src = new int[2 * instructions];
    extra = new int[2 * instructions];
    registers = plain.registers.clone();
    for (int i = 0; i < instructions; i++) {
      int operation = plain.op[i];
      boolean goes = isJump(operation) || operation == FlatOp.CALL_LOCAL;
      int more = goes ? 2 * plain.extra[i] : plain.extra[i];
      set(2 * i, FlatOp.NOP, 0, 0, 0);
      set(2 * i + 1, operation, plain.dst[i], plain.src[i], more);
    }
    mark(0, Watch.TARGET);
    for (int i = 0; i < instructions; i++) {
      int operation = plain.op[i];
      if (isJump(operation) && operation != FlatOp.JA) {
        mark(i, Watch.JUMP);
        mark(i + 1, Watch.TARGET);
        mark(plain.extra[i], Watch.TARGET);
      } else if (operation == FlatOp.CALL_HELPER && !isLoop(plain.extra[i])) {
        mark(i, Watch.CALL);
        mark(i + 1, Watch.TARGET);
      }
    }
  }

  /** The same program with marks for a {@link Watch}; its index in the object is given. */
  FlatProgram observed(int index) {
    return new FlatProgram(this, index);
  }

  private static boolean isJump(int operation) {
    return operation >= FlatOp.JA && operation <= FlatOp.JSLE + FlatOp.NARROW_JUMP;
  }

  /** What is called goes its own ways, which are marked there. */
  private static boolean isLoop(int helper) {
    return helper == HelperFunction.LOOP.number();
  }

  private void mark(int instruction, int marks) {
    if (2 * instruction >= op.length) {
      return; // Control cannot go there.
    }
    op[2 * instruction] = FlatOp.MARK;
    extra[2 * instruction] |= marks;
  }

  /** Register of an instruction's first operand, in an observed program. */
  int left(int instruction) {
    return dst[2 * instruction + 1];
  }

  /** Register of an instruction's second operand, in an observed program. */
  int right(int instruction) {
    return src[2 * instruction + 1];
  }

  /** Number of the helper that an instruction calls, in an observed program. */
  int helper(int instruction) {
    return extra[2 * instruction + 1];
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

  private void flatten(int i, Instruction instruction) {
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
        case CODE -> {
          long function = Address.of(Address.FUNCTION, i + 1 + load.low());
          set(i, FlatOp.MOV, load.dst(), constant(function), 0);
        }
        case MAP_FD, MAP_FD_VALUE, VARIABLE -> set(i, FlatOp.REFUSE, 0, 0, 0);
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
