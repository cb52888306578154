package org.weft.compiler.cfg;

import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;

/**
 * {@code bpf_strncmp}.
 *
 * <pre>
 * again: if byte of memory != byte of text goto DIFFERENT
 *        if byte == 0 return 0
 *        next byte of both
 *        if there are bytes left goto again
 *        return 0
 * </pre>
 *
 * <p>Different bytes give 1, or -1 where that of memory is the lower one.
 */
record CompareFunction(FunctionWriter writer) {
  private static final int MEMORY = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ONE = 4;
  private static final int OTHER = 5;

  /** Writes it. */
  void add() {
    int again = writer.here();
    writer.load(ONE, MEMORY, 0, 1);
    writer.load(OTHER, TEXT, 0, 1);
    int different = writer.jump(JumpOp.JNE, ONE, Operand.register(OTHER));
    int end = writer.jump(JumpOp.JEQ, ONE, Operand.constant(0));
    writer.alu(AluOp.ADD, MEMORY, Operand.constant(1));
    writer.alu(AluOp.ADD, TEXT, Operand.constant(1));
    writer.alu(AluOp.SUB, BYTES, Operand.constant(1));
    writer.land(writer.jump(JumpOp.JNE, BYTES, Operand.constant(0)), again);
    writer.land(end);
    writer.leave(Operand.constant(0));
    writer.land(different);
    int greater = writer.jump(JumpOp.JGT, ONE, Operand.register(OTHER));
    writer.leave(Operand.constant(-1));
    writer.land(greater);
    writer.leave(Operand.constant(1));
  }
}
