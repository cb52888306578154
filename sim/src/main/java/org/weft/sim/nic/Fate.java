package org.weft.sim.nic;

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

  /** Whether a program decided it. */
  public boolean isVerdict() {
    return ordinal() <= REDIRECT.ordinal();
  }
}
