package org.weft.compiler.cfg;

import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.HelperFunction;

/**
 * {@code bpf_ringbuf_output}.
 *
 * <pre>
 *       if flags &amp; ~3 goto EINVAL
 *       record = bpf_ringbuf_reserve(ring, bytes, 0)
 *       if record == 0 goto EAGAIN
 *       copy bytes
 *       bpf_ringbuf_submit(record, flags)
 *       return 0
 * </pre>
 */
record OutputFunction(FunctionWriter writer) {
  private static final int OTHER_FLAGS = ~3;
  private static final int EAGAIN = -11;
  private static final int EINVAL = -22;

  private static final int DATA = 6;
  private static final int BYTES = 7;
  private static final int FLAGS = 8;
  private static final int RECORD = 9;

  /** Writes it. */
  void add() {
    int wrong = writer.jump(JumpOp.JSET, 4, Operand.constant(OTHER_FLAGS));
    writer.move(DATA, Operand.register(2));
    writer.move(BYTES, Operand.register(3));
    writer.move(FLAGS, Operand.register(4));
    writer.move(2, Operand.register(BYTES));
    writer.move(3, Operand.constant(0));
    writer.call(HelperFunction.RINGBUF_RESERVE);
    int full = writer.jump(JumpOp.JEQ, 0, Operand.constant(0));
    writer.move(RECORD, Operand.register(0));
    writer.copy(0, DATA, BYTES, 1, 1, 2, 3);
    writer.move(1, Operand.register(RECORD));
    writer.move(2, Operand.register(FLAGS));
    writer.call(HelperFunction.RINGBUF_SUBMIT);
    writer.leave(Operand.constant(0));
    writer.land(full);
    writer.leave(Operand.constant(EAGAIN));
    writer.land(wrong);
    writer.leave(Operand.constant(EINVAL));
  }
}
