package org.weft.sim.kernel;

import org.weft.isa.RefusedException;

/** The running kernel's verifier refuses a program. */
public final class VerifierRefusal extends RefusedException {
  private static final long serialVersionUID = 1L;

  private final String log;

  VerifierRefusal(String message, String log) {
    super(message);
    this.log = log;
  }

  /** The verifier's whole log, empty when it wrote none; of a very long one only the end. */
  public String log() {
    return log;
  }
}
