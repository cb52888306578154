package org.weft.sim.validate;

/**
 * How long and from where to search.
 *
 * @param runs executions of {@code ref} at most, from 1
 * @param seed what all random choices follow from
 * @param cpus logical CPUs that per-CPU maps have values for; 1 to 256
 */
public record ValidationOptions(long runs, long seed, int cpus) {
  /** Runs when nothing is said: some seconds of work. */
  public static final long DEFAULT_RUNS = 300_000;
}
