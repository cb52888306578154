package org.weft.sim.validate;

import org.weft.sim.network.Network;

/**
 * How long and from where to search.
 *
 * @param runs executions of {@code ref} at most, from 1
 * @param seed what all random choices follow from
 * @param cpus logical CPUs that per-CPU maps have values for; 1 to 256
 * @param network interfaces, routes and neighbours, the same in all runs
 */
public record ValidationOptions(long runs, long seed, int cpus, Network network) {
  /** Runs when nothing is said: some seconds of work. */
  public static final long DEFAULT_RUNS = 300_000;

  /** Options of a system without routes. */
  public ValidationOptions(long runs, long seed, int cpus) {
    this(runs, seed, cpus, Network.NONE);
  }
}
