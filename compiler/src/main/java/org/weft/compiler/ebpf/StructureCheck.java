package org.weft.compiler.ebpf;

import java.util.List;
import org.weft.isa.InputException;

/**
 * Checks where control goes: every jump and local call lands on an instruction of the program, and
 * no path runs past its end.
 */
public final class StructureCheck {
  private StructureCheck() {}

  /**
   * Checks a program.
   *
   * @throws InputException naming the instruction
   */
  public static void check(List<Instruction> code) {
    if (code.isEmpty()) {
      throw new InputException("insn 0: the program is empty; it needs at least an exit");
    }
    for (int i = 0; i < code.size(); i++) {
      Instruction instruction = code.get(i);
      if (instruction instanceof Instruction.Jump jump) {
        target(code, i, "jump", jump.offset());
      } else if (instruction instanceof Instruction.CallLocal call) {
        target(code, i, "call", call.offset());
      }
    }
    Instruction last = code.get(code.size() - 1);
    boolean leaves =
        last instanceof Instruction.Exit
            || last instanceof Instruction.Jump jump && jump.op() == JumpOp.JA;
    if (!leaves) {
      throw error(code.size() - 1, "control runs past the last instruction; end with an exit");
    }
  }

  private static void target(List<Instruction> code, int index, String what, int offset) {
    long target = index + 1L + offset;
    if (target < 0 || target >= code.size()) {
      throw error(
          index,
          what + " to " + target + ", outside the program of " + code.size() + " instructions");
    }
    if (code.get((int) target) instanceof Instruction.WideTail) {
      throw error(index, what + " into the middle of the 16-byte instruction " + (target - 1));
    }
  }

  private static InputException error(int index, String cause) {
    return new InputException("insn " + index + ": " + cause);
  }
}
