package org.weft.sim.nic;

/**
 * A host that is never late: looks every {@value #CLOCKS} clocks into all ring buffers, and takes
 * what is committed there. What it reads through is not modelled.
 */
public final class PollingHost {
  /** Clocks from one look to the next, a power of two. */
  private static final int CLOCKS = 1024;

  private final Nic nic;

  /** The host of a NIC. */
  public PollingHost(Nic nic) {
    this.nic = nic;
  }

  /** To be called after each clock. */
  public void afterClock() {
    if ((nic.now() & CLOCKS - 1) == 0) {
      nic.maps().drainRings();
    }
  }
}
