package org.weft.isa;

/**
 * Input that weft cannot take: malformed, inconsistent or beyond a stated limit. The message is one
 * line with where, cause and what to do; the command prints it and leaves with status 2.
 */
public class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with this one-line message. */
  public InputException(String message) {
    super(message);
  }

  /** An exception with this one-line message and its cause. */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same failure with its place put in front: {@code file: message}. */
  public InputException at(String place) {
    return new InputException(place + ": " + getMessage(), this);
  }
}
