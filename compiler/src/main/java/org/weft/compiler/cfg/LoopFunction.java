package org.weft.compiler.cfg;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;

/**
 * {@code bpf_loop}.
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
 */
record LoopFunction(FunctionWriter writer) {
  private static final int MAX_LOOPS = 1 << 23;
  private static final int E2BIG = -7;
  private static final int EINVAL = -22;

  private static final int TIMES = 6;
  private static final int CONTEXT = 7;
  private static final int TURN = 8;
  private static final int CALLBACK = 9;

  /**
   * Writes it.
   *
   * @param callbacks where the functions begin that it may be given
   */
  void add(SortedSet<Integer> callbacks) {
    int flags = writer.jump(JumpOp.JNE, 4, Operand.constant(0));
    int many = writer.jump(JumpOp.JGT, 1, Operand.constant(MAX_LOOPS));
    writer.move(TIMES, Operand.register(1));
    writer.move(CALLBACK, Operand.register(2));
    writer.move(CONTEXT, Operand.register(3));
    writer.move(TURN, Operand.constant(0));
    if (!callbacks.isEmpty()) {
      int none = writer.jump(JumpOp.JEQ, TIMES, Operand.constant(0));
      int turn = writer.here();
      turn(callbacks);
      int stopped = writer.jump(JumpOp.JNE, 0, Operand.constant(0));
      writer.land(writer.jump(JumpOp.JLT, TURN, Operand.register(TIMES)), turn);
      writer.land(none);
      writer.land(stopped);
    }
    writer.leave(Operand.register(TURN));
    writer.land(many);
    writer.leave(Operand.constant(E2BIG), false);
    writer.land(flags);
    writer.leave(Operand.constant(EINVAL));
  }

  private void turn(SortedSet<Integer> callbacks) {
    writer.move(1, Operand.register(TURN));
    writer.move(2, Operand.register(CONTEXT));
    List<Integer> called = new ArrayList<>();
    for (int callback : callbacks) {
      boolean last = callback == callbacks.last();
      int other = last ? -1 : writer.jump(JumpOp.JNE, CALLBACK, Operand.constant(callback));
      writer.call(callback);
      if (!last) {
        called.add(writer.jump(JumpOp.JA, 0, Operand.constant(0)));
        writer.land(other);
      }
    }
    called.forEach(writer::land);
    writer.alu(AluOp.ADD, TURN, Operand.constant(1));
  }
}
