package org.weft.compiler.schedule;

import java.util.function.IntUnaryOperator;

/** Where on the stack the values of one trace go that find no register. */
final class SpillRoom {
  private final IntUnaryOperator addresses;
  private int places;
  private boolean used;

  /**
   * Room for a trace.
   *
   * @param addresses of places of eight bytes by their number, which no value of another trace has
   */
  SpillRoom(IntUnaryOperator addresses) {
    this.addresses = addresses;
  }

  /** The address of another place. */
  int place() {
    return addresses.applyAsInt(places++);
  }

  /** Notes that a value has left its register, to a place or to be made again. */
  void use() {
    used = true;
  }

  /** Whether a value has left its register. */
  boolean isUsed() {
    return used;
  }
}
