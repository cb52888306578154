package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;

/**
 * Writes {@code bpf_loop} as the loop that it is.
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
 * @param code where the function is put, behind what is there
 */
record LoopFunction(List<Instruction> code) {
  private static final int MAX_LOOPS = 1 << 23;
  private static final int E2BIG = -7;
  private static final int EINVAL = -22;

  private static final int TIMES = 6;
  private static final int CONTEXT = 7;
  private static final int TURN = 8;
  private static final int CALLBACK = 9;

  /**
   * Writes the loop of one call.
   *
   * @param callbacks where the functions begin that may be called
   */
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
