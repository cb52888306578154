package org.weft.sim.nic;

/**
 * What of a NIC is not its machine's: what it is connected to.
 *
 * @param memoryLatency clocks from a request to the memory port to its answer, 1 to 10,000
 * @param chosenCpu whether packets bring their logical CPU with them, rather than being given one
 */
public record NicOptions(int memoryLatency, boolean chosenCpu) {
  /** A memory that answers after 100 clocks. */
  public static final NicOptions DEFAULT = new NicOptions(100, false);
}
