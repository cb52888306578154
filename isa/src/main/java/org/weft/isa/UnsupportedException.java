package org.weft.isa;

/**
 * A well-formed program that asks for what weft does not have. The message is as for other input;
 * the command leaves with status 1.
 */
public final class UnsupportedException extends InputException {
  private static final long serialVersionUID = 1L;

  /** An exception with this one-line message. */
  public UnsupportedException(String message) {
    super(message);
  }

  @Override
  public UnsupportedException at(String place) {
    return new UnsupportedException(place + ": " + getMessage());
  }
}
