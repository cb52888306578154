package org.weft.sim.engine;

import org.weft.isa.RefusedException;

/** A program did what a verified program cannot do, such as reading outside its memory. */
public final class ProgramFault extends RefusedException {
  private static final long serialVersionUID = 1L;

  /** A fault with this one-line message: program, instruction, source line, cause. */
  public ProgramFault(String message) {
    super(message);
  }
}
