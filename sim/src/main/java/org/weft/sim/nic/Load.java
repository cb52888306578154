package org.weft.sim.nic;

import org.weft.isa.InputException;

/**
 * How fast packets are offered.
 *
 * @param kind what sets the pace
 * @param gigabits of each port a second, for {@link Kind#RATE}
 */
public record Load(Kind kind, double gigabits) {
  /** What sets the pace. */
  public enum Kind {
    /** Each port gives the next packet as soon as its queue has room: nothing is lost. */
    FULL,
    /** A wire of a given speed, with preamble and gap; what finds no room is lost. */
    RATE,
    /** The trace's own times; what finds no room is lost. */
    TRACE
  }

  /** Preamble and gap between packets on a wire; frames are taken to have their check sequence. */
  static final int WIRE_BYTES = 20;

  /** As fast as the NIC takes them. */
  public static final Load FULL = new Load(Kind.FULL, 0);

  /**
   * Reads {@code full}, {@code trace}, or gigabits a second as {@code 100G}.
   *
   * @throws InputException when it is none of these
   */
  public static Load parse(String text) {
    if (text.equals("full")) {
      return FULL;
    } else if (text.equals("trace")) {
      return new Load(Kind.TRACE, 0);
    }
    try {
      double gigabits = Double.parseDouble(text.substring(0, text.length() - 1));
      if (text.endsWith("G") && gigabits >= 0.001 && gigabits <= 10_000) {
        return new Load(Kind.RATE, gigabits);
      }
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      // Falls through to the same error.
    }
    throw new InputException("load " + text + ": give full, trace, or a speed such as 100G");
  }

  @Override
  public String toString() {
    return switch (kind) {
      case FULL -> "full";
      case TRACE -> "trace";
      case RATE ->
          (gigabits == Math.rint(gigabits) ? Long.toString((long) gigabits) : gigabits + "") + "G";
    };
  }
}
