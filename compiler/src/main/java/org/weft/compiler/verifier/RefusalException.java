package org.weft.compiler.verifier;

/** What is wrong with the instruction at hand; its place and the registers are added outside. */
final class RefusalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String advice;

  /**
   * A refusal.
   *
   * @param cause what is not safe
   * @param advice what to change in the source
   */
  RefusalException(String cause, String advice) {
    super(cause, null, false, false);
    this.advice = advice;
  }

  String advice() {
    return advice;
  }
}
