package org.weft.compiler.lower;

import org.weft.compiler.cfg.Frame;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;

/**
 * Which machine register holds an eBPF register: r0 to r5 are shared by all frames, r6 to r9 are
 * each frame's own, so that calls save nothing.
 *
 * <pre>
 * machine   0..5     6, 7       8..11            12..15           ...
 * eBPF      r0..r5   temporary  r6..r9 of main   r6..r9 of callee ...
 * </pre>
 */
final class RegisterMap {
  static final int TEMPORARY = 6;
  static final int SECOND_TEMPORARY = 7;
  private static final int FIRST_WINDOW = 8;
  private static final int WINDOW = 4;

  private RegisterMap() {}

  static int machineRegister(int register, Frame frame) {
    return register < TEMPORARY ? register : register - 6 + FIRST_WINDOW + WINDOW * frame.depth();
  }

  static void check(Frame deepest, MachineSpec machine, String program) {
    int needed = FIRST_WINDOW + WINDOW * (deepest.depth() + 1);
    if (needed > machine.registers()) {
      throw new RefusedException(
          "program "
              + program
              + ": calls nest "
              + (deepest.depth() + 1)
              + " deep, which takes "
              + needed
              + " registers; machine "
              + machine.name()
              + " has "
              + machine.registers());
    }
  }
}
