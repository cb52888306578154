package org.weft.sim.nic;

import java.util.List;
import java.util.Optional;

/** What can become of a packet; each is counted once. */
public enum Fate {
  /** The program returned XDP_ABORTED, or what is no verdict. */
  ABORTED,
  /** The program dropped it. */
  DROP,
  /** To the host. */
  PASS,
  /** Out of the port it came in on. */
  TX,
  /** Out of another port, or to the host for a socket, a CPU or several interfaces. */
  REDIRECT,
  /** The input queue had no room for a largest frame when it began. */
  OVERFLOW,
  /** Longer than the machine's frames. */
  OVERSIZE,
  /** Shorter than an Ethernet header. */
  UNDERSIZE,
  /** Redirected to an interface that has no port. */
  NO_PORT,
  /** The output queue had no room. */
  OUTPUT_OVERFLOW,
  /** Whoever received it marks it as damaged. */
  DAMAGED;

  /** By the number that the hardware has for it: verdicts, what programs led to, refusals. */
  private static final List<Fate> BY_CODE =
      List.of(
          ABORTED,
          DROP,
          PASS,
          TX,
          REDIRECT,
          NO_PORT,
          OUTPUT_OVERFLOW,
          OVERFLOW,
          OVERSIZE,
          UNDERSIZE,
          DAMAGED);

  /** The fate that the hardware has this number for; none for other numbers. */
  public static Optional<Fate> ofCode(int code) {
    return code >= 0 && code < BY_CODE.size() ? Optional.of(BY_CODE.get(code)) : Optional.empty();
  }

  /** Whether a program ran, whatever became of the packet then. */
  public boolean hasRun() {
    return isVerdict() || this == NO_PORT || this == OUTPUT_OVERFLOW;
  }

  /** Whether the packet leaves. */
  public boolean leaves() {
    return this == PASS || this == TX || this == REDIRECT;
  }

  /** Whether a program decided it. */
  public boolean isVerdict() {
    return ordinal() <= REDIRECT.ordinal();
  }
}
