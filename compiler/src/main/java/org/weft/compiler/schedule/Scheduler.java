package org.weft.compiler.schedule;

import org.weft.compiler.lower.Lowered;
import org.weft.isa.machine.MachineSpec;

/** Puts the operations of a program into rows of a machine. */
public interface Scheduler {
  /**
   * Schedules a program.
   *
   * <p>Requires: lowered code for this machine. Ensures: rows that have the same effects under the
   * rules of a row.
   */
  Schedule run(Lowered program, MachineSpec machine);
}
