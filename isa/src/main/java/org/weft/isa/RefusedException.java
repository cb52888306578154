package org.weft.isa;

/**
 * A well-formed program that weft's verifier or the chosen machine refuses. The message is one line
 * with instruction, source line where known, cause and what to do; the command leaves with status
 * 1.
 */
public class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with this one-line message. */
  public RefusedException(String message) {
    super(message);
  }
}
