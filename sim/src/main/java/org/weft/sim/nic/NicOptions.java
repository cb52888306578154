package org.weft.sim.nic;

/**
 * What of the NIC is not the machine's.
 *
 * @param bankBytes bytes that a bank of core memory moves at once, 1, 2 or 4
 * @param ports network ports
 * @param inputQueueBytes of each port
 * @param coreQueueBytes of each half of a core, in and out each
 * @param outputQueueBytes of each port
 * @param mapBanks banks of map memory
 * @param tableEngines engines for tables
 */
public record NicOptions(
    int bankBytes,
    int ports,
    int inputQueueBytes,
    int coreQueueBytes,
    int outputQueueBytes,
    int mapBanks,
    int tableEngines) {
  /** What the presets have. */
  public static final NicOptions DEFAULT = new NicOptions(4, 1, 16384, 4096, 16384, 8, 2);
}
