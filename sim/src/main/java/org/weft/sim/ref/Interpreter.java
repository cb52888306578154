package org.weft.sim.ref;

import java.util.Arrays;
import org.weft.compiler.ebpf.Printer;
import org.weft.sim.engine.ProgramFault;

/**
 * Executes flat programs. Semantics are those of RFC 9669; helpers are {@link HelperDispatch}'s.
 */
final class Interpreter {
  private static final int SAVED_REGISTERS = 4;

  /** Jumps back and calls that one packet may take; the kernel visits a million instructions. */
  private static final int MAX_JUMPS_BACK = 1 << 22;

  private static final int MAX_TAIL_CALLS = 33;

  private final Memory memory;
  private final HelperDispatch helpers;
  private final long[] saved = new long[Memory.FRAMES * SAVED_REGISTERS];
  private final int[] returns = new int[Memory.FRAMES];
  private final FlatProgram[] callers = new FlatProgram[Memory.FRAMES];
  private long[] registers = new long[FlatProgram.REGISTERS];
  private FlatProgram current;
  private int depth;
  private int jumpsLeft;
  private int tailCalls;
  private int pc;

  Interpreter(Memory memory, HelperDispatch helpers) {
    this.memory = memory;
    this.helpers = helpers;
  }

  /** Runs a program to its end; r0. */
  long run(FlatProgram program, long r1, long r2) {
    depth = 0;
    tailCalls = 0;
    jumpsLeft = MAX_JUMPS_BACK;
    enterFrame();
    enter(program);
    Arrays.fill(registers, 0, FlatProgram.REGISTERS - 1, 0);
    registers[1] = r1;
    registers[2] = r2;
    pc = 0;
    try {
      while (step()) {
        // Each step runs up to the next call.
      }
    } catch (ProgramFault e) {
      throw new ProgramFault(current.program.place(pc) + ": " + e.getMessage());
    }
    return registers[0];
  }

  private void enter(FlatProgram program) {
    if (current != program) {
      long[] fresh = new long[FlatProgram.REGISTERS + program.constants.length];
      System.arraycopy(registers, 0, fresh, 0, FlatProgram.REGISTERS);
      System.arraycopy(
          program.constants, 0, fresh, FlatProgram.REGISTERS, program.constants.length);
      registers = fresh;
      current = program;
    }
  }

  private void enterFrame() {
    int top = (depth + 1) * Memory.FRAME_BYTES;
    Arrays.fill(memory.stack, top - Memory.FRAME_BYTES, top, (byte) 0);
    registers[10] = Address.of(Address.STACK, top);
  }

  /** Runs to the next call or exit and handles it; false at the end of the program. */
  private boolean step() {
    pc = execute(pc);
    int at = pc;
    switch (current.op[at]) {
      case FlatOp.CALL_HELPER -> {
        if (current.extra[at] == 12) {
          return tailCall();
        }
        registers[0] = helpers.call(current.extra[at], registers);
        pc = at + 1;
      }
      case FlatOp.CALL_LOCAL -> {
        if (depth + 1 == Memory.FRAMES) {
          throw new ProgramFault("calls deeper than 8 frames");
        }
        System.arraycopy(registers, 6, saved, depth * SAVED_REGISTERS, SAVED_REGISTERS);
        returns[depth] = at + 1;
        callers[depth] = current;
        countJump();
        depth++;
        enterFrame();
        pc = current.extra[at];
      }
      case FlatOp.EXIT -> {
        if (depth == 0) {
          return false;
        }
        depth--;
        enter(callers[depth]);
        System.arraycopy(saved, depth * SAVED_REGISTERS, registers, 6, SAVED_REGISTERS);
        registers[10] = Address.of(Address.STACK, (depth + 1) * Memory.FRAME_BYTES);
        pc = returns[depth];
      }
      default ->
          throw new ProgramFault(
              "is not supported: " + Printer.print(current.program.code().get(at), at));
    }
    return true;
  }

  private boolean tailCall() {
    FlatProgram target = helpers.tailCallTarget(registers[2], registers[3]);
    if (target == null || tailCalls == MAX_TAIL_CALLS) {
      pc++;
      return true;
    }
    tailCalls++;
    enter(target);
    pc = 0;
    return true;
  }

  private void countJump() {
    if (--jumpsLeft < 0) {
      throw new ProgramFault(
          "loops without end (" + MAX_JUMPS_BACK + " jumps back); bound the loop");
    }
  }

  /** Runs up to the next instruction that {@link #step} handles; its index. */
  private int execute(int start) {
    final long[] r = registers;
    final int[] ops = current.op;
    final int[] dsts = current.dst;
    final int[] srcs = current.src;
    final int[] extras = current.extra;
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
          int bytes = op >> FlatOp.BYTES_SHIFT;
          int shift = 64 - 8 * bytes;
          r[d] = memory.load(b + extras[at], bytes) << shift >> shift;
        }
        case FlatOp.STORE -> {
          pc = at;
          memory.store(r[d] + extras[at], op >> FlatOp.BYTES_SHIFT, b);
        }
        case FlatOp.ATOMIC -> {
          pc = at;
          Atomics.execute(current.program.code().get(at), r, memory);
        }
        case FlatOp.ZERO_EXTEND_16 -> r[d] = b & 0xffff;
        case FlatOp.SWAP16 -> r[d] = Short.reverseBytes((short) b) & 0xffffL;
        case FlatOp.SWAP32 -> r[d] = Integer.reverseBytes((int) b) & 0xffffffffL;
        case FlatOp.SWAP64 -> r[d] = Long.reverseBytes(b);
        case FlatOp.NOP -> {
          // The second half of a 16-byte instruction, or a conversion that changes nothing.
        }
        default -> {
          return at;
        }
      }
      if (taken) {
        int target = extras[at];
        if (target <= at) {
          pc = at;
          countJump();
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
