package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.object.Program;
import org.weft.compiler.verifier.Facts;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.HelperFunction;

/**
 * Writes {@code bpf_loop} as the loop that it is: each call becomes a call of a function behind the
 * program, which calls the callback.
 *
 * <pre>
 *       if flags != 0 goto EINVAL
 *       if times > BPF_MAX_LOOPS goto E2BIG
 *       turn = 0
 *       if times == 0 goto DONE
 * TURN: callback(turn, context)
 *       turn++
 *       if r0 != 0 goto DONE
 *       if turn < times goto TURN
 * DONE: return turn
 * </pre>
 *
 * <p>Requires: a proof that says which callbacks reach each call. Ensures: no call of {@code
 * bpf_loop} is left; no other instruction moves.
 *
 * @param program the program with the functions behind it
 * @param calls by instruction behind the program: the call that it is for
 */
record LoopExpansion(Program program, List<Integer> calls) {
  private static final int MAX_LOOPS = 1 << 23;
  private static final int E2BIG = -7;
  private static final int EINVAL = -22;

  private static final int TIMES = 6;
  private static final int CONTEXT = 7;
  private static final int TURN = 8;
  private static final int CALLBACK = 9;

  /** Expands all calls of a program. */
  static LoopExpansion of(Program program, Facts facts) {
    List<Instruction> code = new ArrayList<>(program.code());
    List<Program.SourceLine> lines = new ArrayList<>(program.lines());
    List<Integer> calls = new ArrayList<>();
    for (int i = 0; i < program.code().size(); i++) {
      if (program.code().get(i) instanceof Instruction.CallHelper call
          && call.number() == HelperFunction.LOOP.number()) {
        if (!facts.isProof()) {
          throw new RefusedException(program.place(i) + ": bpf_loop in a program without object");
        }
        int start = code.size();
        code.set(i, new Instruction.CallLocal(start - i - 1));
        new Function(code).add(facts.callbacks().getOrDefault(i, new TreeSet<>()));
        Program.SourceLine line = program.lineAt(i);
        if (line != null) {
          lines.add(new Program.SourceLine(start, line.file(), line.line(), line.text()));
        }
        while (calls.size() < code.size() - program.code().size()) {
          calls.add(i);
        }
      }
    }
    Program expanded =
        new Program(program.name(), program.section(), code, program.functions(), lines);
    return new LoopExpansion(expanded, List.copyOf(calls));
  }

  /** The instruction of the program as it was that one of the expanded one comes from. */
  int origin(int index) {
    int behind = index - (program.code().size() - calls.size());
    return behind < 0 ? index : calls.get(behind);
  }

  /** Writes one function. */
  private record Function(List<Instruction> code) {

    void add(SortedSet<Integer> callbacks) {
      int flags = jump(JumpOp.JNE, 4, Operand.constant(0));
      int many = jump(JumpOp.JGT, 1, Operand.constant(MAX_LOOPS));
      move(TIMES, Operand.register(1));
      move(CALLBACK, Operand.register(2));
      move(CONTEXT, Operand.register(3));
      move(TURN, Operand.constant(0));
      if (!callbacks.isEmpty()) {
        int none = jump(JumpOp.JEQ, TIMES, Operand.constant(0));
        int turn = code.size();
        turn(callbacks);
        int stopped = jump(JumpOp.JNE, 0, Operand.constant(0));
        int again = jump(JumpOp.JLT, TURN, Operand.register(TIMES));
        land(again, turn);
        land(none, code.size());
        land(stopped, code.size());
      }
      leave(Operand.register(TURN), true);
      land(many, code.size());
      leave(Operand.constant(E2BIG), false);
      land(flags, code.size());
      leave(Operand.constant(EINVAL), true);
    }

    private void turn(SortedSet<Integer> callbacks) {
      move(1, Operand.register(TURN));
      move(2, Operand.register(CONTEXT));
      List<Integer> called = new ArrayList<>();
      for (int callback : callbacks) {
        boolean last = callback == callbacks.last();
        int other = last ? -1 : jump(JumpOp.JNE, CALLBACK, Operand.constant(callback));
        code.add(new Instruction.CallLocal(callback - code.size() - 1));
        if (!last) {
          called.add(jump(JumpOp.JA, 0, Operand.constant(0)));
          land(other, code.size());
        }
      }
      called.forEach(jump -> land(jump, code.size()));
      code.add(new Instruction.Alu(AluOp.ADD, true, TURN, Operand.constant(1)));
    }

    private void move(int register, Operand from) {
      code.add(new Instruction.Alu(AluOp.MOV, true, register, from));
    }

    private void leave(Operand result, boolean is64) {
      code.add(new Instruction.Alu(AluOp.MOV, is64, 0, result));
      code.add(new Instruction.Exit());
    }

    /** Adds a jump whose target is still to come. */
    private int jump(JumpOp op, int register, Operand operand) {
      code.add(new Instruction.Jump(op, true, register, operand, 0));
      return code.size() - 1;
    }

    private void land(int index, int target) {
      Instruction.Jump jump = (Instruction.Jump) code.get(index);
      code.set(
          index, new Instruction.Jump(jump.op(), true, jump.dst(), jump.src(), target - index - 1));
    }
  }
}
