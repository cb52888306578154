package org.weft.compiler.cfg;

import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.HelperFunction;

/**
 * {@code bpf_xdp_adjust_head} of a packet that may have metadata: the call moves both begins, loads
 * and stores the bytes between them ({@code net/core/filter.c} has {@code memmove}). Metadata that
 * moves up is moved while its new place is in the packet, the last bytes first; what moves down
 * when its old place is, the first bytes first.
 *
 * <pre>
 *       if delta &lt;= 0 goto DOWN
 *       if delta &gt; length - ETH_HLEN goto EINVAL
 *       move metadata from its end on
 *       return bpf_xdp_adjust_head(context, delta)
 * DOWN: result = bpf_xdp_adjust_head(context, delta)
 *       if result == 0 move metadata from its begin on
 *       return result
 * </pre>
 */
record AdjustHeadFunction(FunctionWriter writer) {
  private static final int ETHERNET_HEADER_BYTES = 14;
  private static final int EINVAL = -22;

  /** What bytes of metadata are a multiple of. */
  private static final int PIECE = 4;

  private static final int CONTEXT = 6;
  private static final int DELTA = 7;
  private static final int BYTES = 8;

  /** Writes it. */
  void add() {
    writer.move(CONTEXT, Operand.register(1));
    writer.alu(AluOp.MOVSX32, DELTA, Operand.register(2));
    writer.field(3, CONTEXT, ContextField.DATA);
    writer.field(4, CONTEXT, ContextField.DATA_META);
    writer.move(BYTES, Operand.register(3));
    writer.alu(AluOp.SUB, BYTES, Operand.register(4));
    int down = writer.jump(JumpOp.JSLE, DELTA, Operand.constant(0));
    up();
    writer.land(down);
    down();
  }

  private void up() {
    writer.field(4, CONTEXT, ContextField.DATA_END);
    writer.alu(AluOp.SUB, 4, Operand.register(3));
    writer.alu(AluOp.SUB, 4, Operand.constant(ETHERNET_HEADER_BYTES));
    int far = writer.jump(JumpOp.JSGT, DELTA, Operand.register(4));
    writer.move(4, Operand.register(3));
    writer.alu(AluOp.ADD, 4, Operand.register(DELTA));
    writer.copyBackwards(4, 3, BYTES, PIECE, 5, 0);
    writer.call(HelperFunction.XDP_ADJUST_HEAD);
    writer.leave();
    writer.land(far);
    writer.leave(Operand.constant(EINVAL));
  }

  private void down() {
    writer.call(HelperFunction.XDP_ADJUST_HEAD);
    int fails = writer.jump(JumpOp.JNE, 0, Operand.constant(0));
    writer.field(3, CONTEXT, ContextField.DATA_META);
    writer.move(4, Operand.register(3));
    writer.alu(AluOp.SUB, 4, Operand.register(DELTA));
    writer.copy(3, 4, BYTES, PIECE, 1, 5, 2);
    writer.land(fails);
    writer.leave();
  }
}
