package org.weft.compiler.emit;

import org.weft.isa.RefusedException;

/** A program does not fit the machine's instruction memory. */
public final class TooManyRowsException extends RefusedException {
  private static final long serialVersionUID = 1L;

  /** A refusal with this one-line message. */
  public TooManyRowsException(String message) {
    super(message);
  }
}
