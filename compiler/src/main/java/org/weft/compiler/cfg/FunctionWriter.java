package org.weft.compiler.cfg;

import java.util.List;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.HelperFunction;

/** Writes instructions of a function behind a program. */
final class FunctionWriter {
  private static final int WORD = Long.BYTES;

  private final List<Instruction> code;

  FunctionWriter(List<Instruction> code) {
    this.code = code;
  }

  /** The index of the next instruction. */
  int here() {
    return code.size();
  }

  void move(int register, Operand from) {
    alu(AluOp.MOV, register, from);
  }

  /** Makes the upper half of a register zero. */
  void cut(int register) {
    code.add(new Instruction.Alu(AluOp.MOV, false, register, Operand.register(register)));
  }

  /** Reads a field of the context. */
  void field(int register, int context, ContextField field) {
    code.add(new Instruction.Load(register, context, field.offset(), Integer.BYTES, false));
  }

  void alu(AluOp op, int register, Operand operand) {
    code.add(new Instruction.Alu(op, true, register, operand));
  }

  void call(HelperFunction helper) {
    code.add(new Instruction.CallHelper(helper.number()));
  }

  /** Calls the function that begins at an index. */
  void call(int function) {
    code.add(new Instruction.CallLocal(function - here() - 1));
  }

  void leave(Operand result) {
    leave(result, true);
  }

  /**
   * Returns.
   *
   * @param is64 whether all of the result's bits count, else the lower half
   */
  void leave(Operand result, boolean is64) {
    code.add(new Instruction.Alu(AluOp.MOV, is64, 0, result));
    code.add(new Instruction.Exit());
  }

  /** Adds a jump whose target is still to come. */
  int jump(JumpOp op, int register, Operand operand) {
    code.add(new Instruction.Jump(op, true, register, operand, 0));
    return here() - 1;
  }

  /** A jump's target is here. */
  void land(int index) {
    land(index, here());
  }

  void land(int index, int target) {
    Instruction.Jump jump = (Instruction.Jump) code.get(index);
    code.set(
        index, new Instruction.Jump(jump.op(), true, jump.dst(), jump.src(), target - index - 1));
  }

  /**
   * Copies bytes, words first, and moves both addresses behind them. All but the number of bytes
   * are changed.
   *
   * @param to register with the address that bytes go to
   * @param from with that of the first one
   * @param bytes with how many there are, 0 or more
   * @param end a free register
   * @param scratch another one
   * @param turn another one
   */
  void copy(int to, int from, int bytes, int end, int scratch, int turn) {
    move(end, Operand.register(bytes));
    alu(AluOp.AND, end, Operand.constant(-WORD));
    move(turn, Operand.constant(0));
    int none = jump(JumpOp.JEQ, end, Operand.constant(0));
    int first = here();
    part(to, from, WORD, scratch);
    alu(AluOp.ADD, turn, Operand.constant(WORD));
    land(jump(JumpOp.JLT, turn, Operand.register(end)), first);
    land(none);
    for (int part = WORD / 2; part > 0; part /= 2) {
      int has = jump(JumpOp.JSET, bytes, Operand.constant(part));
      int without = jump(JumpOp.JA, 0, Operand.constant(0));
      land(has);
      part(to, from, part, scratch);
      land(without);
    }
  }

  private void part(int to, int from, int bytes, int scratch) {
    code.add(new Instruction.Load(scratch, from, 0, bytes, false));
    code.add(new Instruction.Store(to, 0, bytes, Operand.register(scratch)));
    alu(AluOp.ADD, from, Operand.constant(bytes));
    alu(AluOp.ADD, to, Operand.constant(bytes));
  }
}
