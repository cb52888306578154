package org.weft.compiler.ebpf;

import java.util.BitSet;
import java.util.List;
import org.weft.isa.InputException;

/**
 * Where control can go, before anything is known of values: what {@code check_subprogs} and {@code
 * check_cfg} of Linux refuse at once. Functions begin at 0, at the targets of local calls and at
 * the instructions whose address is taken, and reach to the next one.
 */
public final class StructureCheck {
  private final List<Instruction> code;
  private final BitSet starts = new BitSet();

  private StructureCheck(List<Instruction> code) {
    this.code = code;
  }

  /**
   * Checks a linked program.
   *
   * @throws InputException {@code insn N: cause} when there is no instruction; a jump or call goes
   *     outside the program or into the middle of a 16-byte instruction; a jump leaves its
   *     function; or the last instruction of a function is neither exit nor an unconditional jump
   */
  public static void check(List<Instruction> code) {
    StructureCheck check = new StructureCheck(code);
    check.findFunctions();
    check.checkFunctions();
  }

  private void findFunctions() {
    if (code.isEmpty()) {
      throw new InputException("insn 0: the program has no instructions");
    }
    starts.set(0);
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof Instruction.CallLocal call) {
        starts.set(target(i, call.offset(), "call"));
      } else if (code.get(i) instanceof Instruction.LoadImmediate load
          && load.kind() == ImmediateKind.CODE) {
        starts.set(target(i, load.low(), "address of code"));
      }
    }
  }

  private void checkFunctions() {
    int end = 0;
    int start = 0;
    for (int i = 0; i < code.size(); i++) {
      if (i == end) {
        start = i;
        end = starts.nextSetBit(i + 1) < 0 ? code.size() : starts.nextSetBit(i + 1);
        checkEnd(end - 1, end < code.size());
      }
      if (code.get(i) instanceof Instruction.Jump jump) {
        int target = target(i, jump.offset(), "jump");
        if (target < start || target >= end) {
          throw error(
              i,
              "jump to insn "
                  + target
                  + " leaves its function, which has insns "
                  + start
                  + " to "
                  + (end - 1));
        }
      }
    }
  }

  private void checkEnd(int last, boolean functionFollows) {
    Instruction instruction = code.get(last);
    if (instruction instanceof Instruction.Exit
        || (instruction instanceof Instruction.Jump jump && jump.op() == JumpOp.JA)) {
      return;
    }
    throw error(
        last,
        "falls "
            + (functionFollows ? "into the function at insn " + (last + 1) : "off the end")
            + "; the last instruction of a function must be exit or an unconditional jump");
  }

  private int target(int index, int offset, String what) {
    long target = index + 1L + offset;
    if (target < 0 || target >= code.size()) {
      throw error(
          index,
          what + " to insn " + target + " is outside the program of " + code.size() + " insns");
    }
    if (code.get((int) target) instanceof Instruction.WideTail) {
      throw error(
          index, what + " to insn " + target + " goes into the middle of a 16-byte instruction");
    }
    return (int) target;
  }

  private static InputException error(int index, String cause) {
    return new InputException("insn " + index + ": " + cause);
  }
}
