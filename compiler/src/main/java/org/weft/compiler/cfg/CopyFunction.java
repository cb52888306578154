package org.weft.compiler.cfg;

import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.ContextField;

/**
 * {@code bpf_xdp_load_bytes}, or {@code bpf_xdp_store_bytes}.
 *
 * <pre>
 *       if offset &gt; 0xffff or bytes &gt; 0xffff goto EFAULT
 *       if offset + bytes &gt; length of the packet goto EINVAL
 *       copy bytes
 *       return 0
 * </pre>
 *
 * @param loads whether the packet's bytes are copied to memory
 */
record CopyFunction(FunctionWriter writer, boolean loads) {
  private static final int MOST = 0xffff;
  private static final int EFAULT = -14;
  private static final int EINVAL = -22;

  private static final int CONTEXT = 1;
  private static final int OFFSET = 2;
  private static final int MEMORY = 3;
  private static final int BYTES = 4;
  private static final int PACKET = 6;
  private static final int LENGTH = 7;
  private static final int END = 8;

  /** Writes it. */
  void add() {
    writer.cut(OFFSET);
    writer.cut(BYTES);
    int far = writer.jump(JumpOp.JGT, OFFSET, Operand.constant(MOST));
    int many = writer.jump(JumpOp.JGT, BYTES, Operand.constant(MOST));
    writer.field(PACKET, CONTEXT, ContextField.DATA);
    writer.field(LENGTH, CONTEXT, ContextField.DATA_END);
    writer.alu(AluOp.SUB, LENGTH, Operand.register(PACKET));
    writer.move(END, Operand.register(OFFSET));
    writer.alu(AluOp.ADD, END, Operand.register(BYTES));
    int behind = writer.jump(JumpOp.JGT, END, Operand.register(LENGTH));
    writer.alu(AluOp.ADD, PACKET, Operand.register(OFFSET));
    int to = loads ? MEMORY : PACKET;
    int from = loads ? PACKET : MEMORY;
    writer.copy(to, from, BYTES, 1, END, 0, LENGTH);
    writer.leave(Operand.constant(0));
    writer.land(behind);
    writer.leave(Operand.constant(EINVAL));
    writer.land(far);
    writer.land(many);
    writer.leave(Operand.constant(EFAULT));
  }
}
