package org.weft.sim.engine;

/** What is compared of two engines. */
public enum Aspect {
  /** The raw 32-bit r0, and where a redirect goes. */
  VERDICTS,
  /** The bytes of packet and metadata. */
  PACKETS,
  /** The maps when all packets have been run. */
  MAPS,
  /** The clocks from a packet's first beat to its fate, of engines that have them. */
  CLOCKS,
  /** In lock-step: rows in their memory stage, with clock, core and thread. */
  ROWS,
  /** In lock-step: the counters in the control plane's registers. */
  COUNTERS;

  /** Whether every two engines have it. */
  boolean isAlways() {
    return ordinal() <= MAPS.ordinal();
  }
}
