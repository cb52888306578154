package org.weft.compiler.schedule;

import org.weft.isa.RefusedException;

/**
 * A program needs more registers than the machine has, and more stack for what they do not hold.
 */
public final class TooFewRegistersException extends RefusedException {
  private static final long serialVersionUID = 1L;

  /** A refusal with this one-line message. */
  public TooFewRegistersException(String message) {
    super(message);
  }
}
