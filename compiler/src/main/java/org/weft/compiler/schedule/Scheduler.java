package org.weft.compiler.schedule;

import org.weft.compiler.ir.Graph;
import org.weft.compiler.pass.PassContext;

/** Puts the operations of a program into rows of a machine. */
public interface Scheduler {
  /**
   * Schedules a program.
   *
   * <p>Requires: the SSA form. Ensures: rows that have the same effects under the rules of a row.
   *
   * @throws org.weft.isa.RefusedException when the machine lacks what the program needs
   */
  Schedule run(Graph graph, PassContext context);
}
