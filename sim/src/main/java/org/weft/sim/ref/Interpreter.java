package org.weft.sim.ref;

import java.util.Arrays;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Printer;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.engine.ProgramFault;

/**
 * Executes flat programs. Semantics are those of RFC 9669; helpers are {@link HelperDispatch}'s.
 */
final class Interpreter {
  private static final int SAVED_REGISTERS = 4;

  /** Frames that one program may have, {@code MAX_CALL_FRAMES} in the kernel. */
  private static final int FRAMES_PER_PROGRAM = 8;

  private static final int MAX_TAIL_CALLS = 33;

  /** Frames in all: a program that is tail-called from a function has eight of its own. */
  private static final int MAX_FRAMES = FRAMES_PER_PROGRAM * (MAX_TAIL_CALLS + 1);

  /**
   * Instructions that a packet may take, anew after each tail call; Linux verifies a million, and
   * lets a callback be called 2<sup>23</sup> times.
   */
  static final int BUDGET = 1 << 28;

  /** {@code BPF_MAX_LOOPS}. */
  private static final long MAX_LOOPS = 1 << 23;

  private static final long EINVAL = -22;

  /** In 32 bits, as what Linux puts in the place of the call gives it. */
  private static final long E2BIG = -7 & 0xffffffffL;

  private final Memory memory;
  private final HelperDispatch helpers;

  /** For observed programs; else null. */
  private final Watch watch;

  // What the frame below returns to.
  private final long[] saved = new long[MAX_FRAMES * SAVED_REGISTERS];
  private final int[] returns = new int[MAX_FRAMES];
  private final FlatProgram[] callers = new FlatProgram[MAX_FRAMES];
  private final int[] bases = new int[MAX_FRAMES];

  // Of frames that a loop called: its turns, the turn at hand, callback and what it is given.
  private final long[] times = new long[MAX_FRAMES];
  private final long[] turns = new long[MAX_FRAMES];
  private final int[] callbacks = new int[MAX_FRAMES];
  private final long[] contexts = new long[MAX_FRAMES];

  private FlatProgram current;
  private long[] registers;
  private int depth;

  /** The frame in which the current program began. */
  private int base;

  private int tailCalls;
  private int budget;
  private int pc;

  Interpreter(Memory memory, HelperDispatch helpers) {
    this(memory, helpers, null);
  }

  /** An interpreter of observed programs, which tells a watch what it comes to. */
  Interpreter(Memory memory, HelperDispatch helpers, Watch watch) {
    this.memory = memory;
    this.helpers = helpers;
    this.watch = watch;
  }

  /** Runs a program to its end; r0. */
  long run(FlatProgram program, long r1, long r2) {
    depth = 0;
    base = 0;
    tailCalls = 0;
    budget = BUDGET << program.shift;
    current = program;
    registers = program.registers;
    Arrays.fill(registers, 0, FlatProgram.FRAME_POINTER, 0);
    registers[1] = r1;
    registers[2] = r2;
    memory.reset();
    registers[FlatProgram.FRAME_POINTER] = memory.push();
    pc = 0;
    try {
      boolean running = true;
      while (running) {
        running = step();
      }
    } catch (ProgramFault e) {
      throw new ProgramFault(current.program.place(pc >> current.shift) + ": " + e.getMessage());
    }
    return registers[0];
  }

  private void enter(FlatProgram program) {
    if (current != program) {
      System.arraycopy(registers, 0, program.registers, 0, FlatProgram.REGISTERS);
      registers = program.registers;
      current = program;
    }
  }

  /** Runs to the next call or exit and handles it; false at the end of the program. */
  private boolean step() {
    int from = pc;
    int at = execute(from);
    pc = at;
    switch (current.op[at]) {
      case FlatOp.CALL_HELPER -> {
        if (current.extra[at] == HelperFunction.TAIL_CALL.number()) {
          tailCall();
        } else if (current.extra[at] == HelperFunction.LOOP.number()) {
          loop();
        } else {
          registers[0] = helpers.call(current.extra[at], registers);
          spend(helpers.work());
          pc = at + 1;
        }
      }
      case FlatOp.CALL_LOCAL -> {
        call(current.extra[at]);
        times[depth - 1] = 0;
      }
      case FlatOp.EXIT -> {
        if (depth == 0) {
          return false;
        }
        leave();
      }
      case FlatOp.MARK -> {
        watch.mark(current, at >> 1, current.extra[at], registers);
        pc = at + 1;
      }
      default -> throw new ProgramFault(refusal(at >> current.shift));
    }
    return true;
  }

  private String refusal(int at) {
    Instruction instruction = current.program.code().get(at);
    String text = Printer.print(instruction, at);
    return instruction instanceof Instruction.CallKernel
        ? "calls a kernel function, which weft does not have: " + text
        : "loads what only a running kernel has: " + text;
  }

  private void call(int target) {
    if (depth + 1 - base == FRAMES_PER_PROGRAM || depth + 1 == MAX_FRAMES) {
      throw new ProgramFault("calls deeper than " + FRAMES_PER_PROGRAM + " frames");
    }
    System.arraycopy(registers, 6, saved, depth * SAVED_REGISTERS, SAVED_REGISTERS);
    returns[depth] = pc + 1;
    callers[depth] = current;
    bases[depth] = base;
    depth++;
    registers[FlatProgram.FRAME_POINTER] = memory.push();
    pc = target;
  }

  /** {@code bpf_loop}: the first turn; {@link #leave} sees to the others. */
  private void loop() {
    int callback =
        HelperDispatch.function(HelperFunction.LOOP, current, registers[2]) << current.shift;
    if (registers[4] != 0 || Long.compareUnsigned(registers[1], MAX_LOOPS) > 0) {
      registers[0] = registers[4] != 0 ? EINVAL : E2BIG;
      pc++;
      return;
    }
    if (registers[1] == 0) {
      registers[0] = 0;
      pc++;
      return;
    }
    long most = registers[1];
    long context = registers[3];
    call(callback);
    times[depth - 1] = most;
    turns[depth - 1] = 0;
    callbacks[depth - 1] = callback;
    contexts[depth - 1] = context;
    beginTurn();
  }

  private void beginTurn() {
    registers[1] = turns[depth - 1];
    registers[2] = contexts[depth - 1];
  }

  private void leave() {
    if (times[depth - 1] > 0 && anotherTurn()) {
      return;
    }
    depth--;
    enter(callers[depth]);
    base = bases[depth];
    System.arraycopy(saved, depth * SAVED_REGISTERS, registers, 6, SAVED_REGISTERS);
    registers[FlatProgram.FRAME_POINTER] = memory.pop();
    pc = returns[depth];
  }

  /** A callback returns: begins the loop's next turn, or lets r0 say how many there were. */
  private boolean anotherTurn() {
    long done = ++turns[depth - 1];
    if (registers[0] != 0 || done == times[depth - 1]) {
      registers[0] = done;
      return false;
    }
    enter(callers[depth - 1]);
    base = bases[depth - 1];
    memory.pop();
    registers[FlatProgram.FRAME_POINTER] = memory.push();
    beginTurn();
    pc = callbacks[depth - 1];
    return true;
  }

  /** Goes on in another program in the current frame; behind the call when there is none. */
  private void tailCall() {
    FlatProgram target = helpers.tailCallTarget(registers);
    if (target == null || tailCalls == MAX_TAIL_CALLS) {
      pc++;
      return;
    }
    tailCalls++;
    budget = BUDGET << target.shift;
    base = depth;
    enter(target);
    pc = 0;
  }

  private void spend(int instructions) {
    budget -= instructions;
    if (budget < 0) {
      throw new ProgramFault(
          "takes more than " + BUDGET + " instructions for a packet; bound the loop");
    }
  }

  /** Runs up to the next instruction that {@link #step} handles; its index. */
  private int execute(int start) {
    final long[] r = registers;
    final int[] ops = current.op;
    final int[] dsts = current.dst;
    final int[] srcs = current.src;
    final int[] extras = current.extra;
    int from = start;
    int at = start;
    while (true) {
      int op = ops[at];
      int d = dsts[at];
      long b = r[srcs[at]];
      boolean taken = false;
      switch (op & 0xff) {
        case FlatOp.ADD -> r[d] += b;
        case FlatOp.SUB -> r[d] -= b;
        case FlatOp.MUL -> r[d] *= b;
        case FlatOp.DIV -> r[d] = b == 0 ? 0 : Long.divideUnsigned(r[d], b);
        case FlatOp.OR -> r[d] |= b;
        case FlatOp.AND -> r[d] &= b;
        case FlatOp.LSH -> r[d] <<= b;
        case FlatOp.RSH -> r[d] >>>= b;
        case FlatOp.NEG -> r[d] = -r[d];
        case FlatOp.MOD -> r[d] = b == 0 ? r[d] : Long.remainderUnsigned(r[d], b);
        case FlatOp.XOR -> r[d] ^= b;
        case FlatOp.MOV -> r[d] = b;
        case FlatOp.ARSH -> r[d] >>= b;
        case FlatOp.SDIV -> r[d] = b == 0 ? 0 : r[d] / b;
        case FlatOp.SMOD -> r[d] = b == 0 ? r[d] : r[d] % b;
        case FlatOp.MOVSX8 -> r[d] = (byte) b;
        case FlatOp.MOVSX16 -> r[d] = (short) b;
        case FlatOp.MOVSX32 -> r[d] = (int) b;
        case FlatOp.NARROW + FlatOp.ADD -> r[d] = (int) r[d] + (int) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.SUB -> r[d] = (int) r[d] - (int) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.MUL -> r[d] = (int) r[d] * (int) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.OR -> r[d] = (r[d] | b) & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.AND -> r[d] = r[d] & b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.LSH -> r[d] = (int) r[d] << (int) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.RSH -> r[d] = (int) r[d] >>> (int) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.NEG -> r[d] = -(int) r[d] & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.XOR -> r[d] = (r[d] ^ b) & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.MOV -> r[d] = b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.ARSH -> r[d] = (int) r[d] >> (int) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.MOVSX8 -> r[d] = (byte) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.MOVSX16 -> r[d] = (short) b & 0xffffffffL;
        case FlatOp.NARROW + FlatOp.DIV,
            FlatOp.NARROW + FlatOp.MOD,
            FlatOp.NARROW + FlatOp.SDIV,
            FlatOp.NARROW + FlatOp.SMOD ->
            r[d] = divide32(op, (int) r[d], (int) b) & 0xffffffffL;
        case FlatOp.JA -> taken = true;
        case FlatOp.JEQ -> taken = r[d] == b;
        case FlatOp.JGT -> taken = Long.compareUnsigned(r[d], b) > 0;
        case FlatOp.JGE -> taken = Long.compareUnsigned(r[d], b) >= 0;
        case FlatOp.JSET -> taken = (r[d] & b) != 0;
        case FlatOp.JNE -> taken = r[d] != b;
        case FlatOp.JSGT -> taken = r[d] > b;
        case FlatOp.JSGE -> taken = r[d] >= b;
        case FlatOp.JLT -> taken = Long.compareUnsigned(r[d], b) < 0;
        case FlatOp.JLE -> taken = Long.compareUnsigned(r[d], b) <= 0;
        case FlatOp.JSLT -> taken = r[d] < b;
        case FlatOp.JSLE -> taken = r[d] <= b;
        case FlatOp.NARROW_JUMP + FlatOp.JEQ -> taken = (int) r[d] == (int) b;
        case FlatOp.NARROW_JUMP + FlatOp.JGT ->
            taken = Integer.compareUnsigned((int) r[d], (int) b) > 0;
        case FlatOp.NARROW_JUMP + FlatOp.JGE ->
            taken = Integer.compareUnsigned((int) r[d], (int) b) >= 0;
        case FlatOp.NARROW_JUMP + FlatOp.JSET -> taken = ((int) r[d] & (int) b) != 0;
        case FlatOp.NARROW_JUMP + FlatOp.JNE -> taken = (int) r[d] != (int) b;
        case FlatOp.NARROW_JUMP + FlatOp.JSGT -> taken = (int) r[d] > (int) b;
        case FlatOp.NARROW_JUMP + FlatOp.JSGE -> taken = (int) r[d] >= (int) b;
        case FlatOp.NARROW_JUMP + FlatOp.JLT ->
            taken = Integer.compareUnsigned((int) r[d], (int) b) < 0;
        case FlatOp.NARROW_JUMP + FlatOp.JLE ->
            taken = Integer.compareUnsigned((int) r[d], (int) b) <= 0;
        case FlatOp.NARROW_JUMP + FlatOp.JSLT -> taken = (int) r[d] < (int) b;
        case FlatOp.NARROW_JUMP + FlatOp.JSLE -> taken = (int) r[d] <= (int) b;
        case FlatOp.LOAD -> {
          pc = at;
          r[d] = memory.load(b + extras[at], op >> FlatOp.BYTES_SHIFT);
        }
        case FlatOp.LOAD_SIGNED -> {
          pc = at;
          r[d] = memory.loadSigned(b + extras[at], op >> FlatOp.BYTES_SHIFT);
        }
        case FlatOp.STORE -> {
          pc = at;
          memory.store(r[d] + extras[at], op >> FlatOp.BYTES_SHIFT, b);
        }
        case FlatOp.ATOMIC -> {
          pc = at;
          Atomics.execute(
              op >> FlatOp.ATOMIC_SHIFT & FlatOp.ATOMIC_MASK,
              (op & FlatOp.FETCH) != 0,
              op >> FlatOp.BYTES_SHIFT & FlatOp.BYTES_MASK,
              r[d] + extras[at],
              srcs[at],
              r,
              memory);
        }
        case FlatOp.ZERO_EXTEND_16 -> r[d] = b & 0xffff;
        case FlatOp.SWAP16 -> r[d] = Short.reverseBytes((short) b) & 0xffffL;
        case FlatOp.SWAP32 -> r[d] = Integer.reverseBytes((int) b) & 0xffffffffL;
        case FlatOp.SWAP64 -> r[d] = Long.reverseBytes(b);
        case FlatOp.NOP -> {
          // The second half of a 16-byte instruction, or a conversion that changes nothing.
        }
        default -> {
          pc = at;
          spend(at - from + 1);
          return at;
        }
      }
      if (taken) {
        int target = extras[at];
        if (target <= at) {
          pc = at;
          spend(at - from + 1);
          from = target;
        }
        at = target;
      } else {
        at++;
      }
    }
  }

  private static int divide32(int op, int a, int b) {
    boolean modulo = op == FlatOp.NARROW + FlatOp.MOD || op == FlatOp.NARROW + FlatOp.SMOD;
    if (b == 0) {
      return modulo ? a : 0;
    }
    return switch (op - FlatOp.NARROW) {
      case FlatOp.DIV -> Integer.divideUnsigned(a, b);
      case FlatOp.MOD -> Integer.remainderUnsigned(a, b);
      case FlatOp.SDIV -> a / b;
      default -> a % b;
    };
  }
}
