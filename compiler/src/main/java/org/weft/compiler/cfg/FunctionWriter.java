package org.weft.compiler.cfg;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.HelperFunction;

/** Writes instructions of a function behind a program. */
final class FunctionWriter {
  private static final int WORD = Long.BYTES;

  /** Bytes that are copied without a loop, and accesses that load them before any is stored. */
  private static final int MOST_IN_LINE = 64;

  private static final int AT_ONCE = 6;

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

  /** Loads a map of the object. */
  void map(int register, int number) {
    code.add(new Instruction.LoadImmediate(register, ImmediateKind.MAP_INDEX, number));
    code.add(Instruction.WideTail.WIDE_TAIL);
  }

  void call(HelperFunction helper) {
    code.add(new Instruction.CallHelper(helper.number()));
  }

  /** Calls the function that begins at an index. */
  void call(int function) {
    code.add(new Instruction.CallLocal(function - here() - 1));
  }

  /** Returns what is in r0. */
  void leave() {
    code.add(new Instruction.Exit());
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
    leave();
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
   * @param least what that number is a multiple of: 1, 2, 4 or 8
   * @param end a free register
   * @param scratch another one
   * @param turn another one
   */
  void copy(int to, int from, int bytes, int least, int end, int scratch, int turn) {
    move(end, Operand.register(bytes));
    alu(AluOp.AND, end, Operand.constant(-WORD));
    move(turn, Operand.constant(0));
    int none = jump(JumpOp.JEQ, end, Operand.constant(0));
    int first = here();
    part(to, from, WORD, scratch);
    alu(AluOp.ADD, turn, Operand.constant(WORD));
    land(jump(JumpOp.JLT, turn, Operand.register(end)), first);
    land(none);
    for (int part = WORD / 2; part >= least; part /= 2) {
      int without = jumpWithout(bytes, part);
      part(to, from, part, scratch);
      land(without);
    }
  }

  /**
   * Copies bytes, the last ones first, and moves both addresses to the first one. All but the
   * number of bytes are changed.
   *
   * @param to register with the address behind the bytes that are written
   * @param from with that behind those that are read
   * @param bytes with how many there are, 0 or more
   * @param least what that number is a multiple of: 1, 2, 4 or 8
   * @param left a free register
   * @param scratch another one
   */
  void copyBackwards(int to, int from, int bytes, int least, int left, int scratch) {
    for (int part = least; part < WORD; part *= 2) {
      int without = jumpWithout(bytes, part);
      partBefore(to, from, part, scratch);
      land(without);
    }
    move(left, Operand.register(bytes));
    alu(AluOp.AND, left, Operand.constant(-WORD));
    int none = jump(JumpOp.JEQ, left, Operand.constant(0));
    int first = here();
    partBefore(to, from, WORD, scratch);
    alu(AluOp.SUB, left, Operand.constant(WORD));
    land(jump(JumpOp.JNE, left, Operand.constant(0)), first);
    land(none);
  }

  /** Adds a jump, whose target is still to come, for a number without a bit. */
  private int jumpWithout(int register, int bit) {
    int has = jump(JumpOp.JSET, register, Operand.constant(bit));
    int without = jump(JumpOp.JA, 0, Operand.constant(0));
    land(has);
    return without;
  }

  private void part(int to, int from, int bytes, int scratch) {
    move(to, from, 0, bytes, scratch);
    alu(AluOp.ADD, from, Operand.constant(bytes));
    alu(AluOp.ADD, to, Operand.constant(bytes));
  }

  private void partBefore(int to, int from, int bytes, int scratch) {
    alu(AluOp.SUB, from, Operand.constant(bytes));
    alu(AluOp.SUB, to, Operand.constant(bytes));
    move(to, from, 0, bytes, scratch);
  }

  private void move(int to, int from, int offset, int bytes, int scratch) {
    load(scratch, from, offset, bytes);
    store(to, offset, bytes, scratch);
  }

  /** Reads a number of 1, 2, 4 or 8 bytes. */
  void load(int register, int from, int offset, int bytes) {
    code.add(new Instruction.Load(register, from, offset, bytes, false));
  }

  private void store(int to, int offset, int bytes, int register) {
    code.add(new Instruction.Store(to, offset, bytes, Operand.register(register)));
  }

  /**
   * Copies bytes from an offset of one address to the same of another one, which is aligned; what
   * is more than a few in a loop. r0 to r5 are changed.
   */
  void copy(int to, int from, int offset, int bytes) {
    int head = bytes > MOST_IN_LINE ? -offset & WORD - 1 : bytes;
    Deque<Integer> loaded = new ArrayDeque<>();
    int piece;
    for (int at = offset; at < offset + head; at += piece) {
      piece = piece(at, offset + head);
      load(loaded.size(), from, at, piece);
      loaded.add(at);
      if (loaded.size() == AT_ONCE || at + piece == offset + head) {
        for (int register = 0; !loaded.isEmpty(); register++) {
          int place = loaded.remove();
          store(to, place, piece(place, offset + head), register);
        }
      }
    }
    if (head < bytes) {
      move(1, Operand.register(to));
      alu(AluOp.ADD, 1, Operand.constant(offset + head));
      move(2, Operand.register(from));
      alu(AluOp.ADD, 2, Operand.constant(offset + head));
      move(3, Operand.constant(bytes - head));
      copy(1, 2, 3, 1, 4, 5, 0);
    }
  }

  /** How many bytes from a place on, of those before an end, are one aligned access. */
  private static int piece(int at, int end) {
    int aligned = Integer.lowestOneBit(at | WORD);
    return Math.min(aligned, Integer.highestOneBit(end - at));
  }
}
