package org.weft.sim.engine;

/**
 * What an engine has to be told beside its program.
 *
 * @param cpus logical CPUs, which per-CPU maps have values for; 1 to 256
 * @param seed seed of {@code bpf_get_prandom_u32}
 */
public record EngineOptions(int cpus, long seed) {
  /** Eight CPUs, seed 0. */
  public static final EngineOptions DEFAULT = new EngineOptions(8, 0);
}
