package org.weft.sim.engine;

import org.weft.sim.network.Network;

/**
 * What an engine has to be told beside its program.
 *
 * @param cpus logical CPUs, which per-CPU maps have values for; 1 to 256
 * @param seed seed of {@code bpf_get_prandom_u32}
 * @param network interfaces, routes and neighbours
 */
public record EngineOptions(int cpus, long seed, Network network) {
  /** Eight CPUs, seed 0. */
  public static final EngineOptions DEFAULT = new EngineOptions(8, 0);

  /** Options of a system without routes. */
  public EngineOptions(int cpus, long seed) {
    this(cpus, seed, Network.NONE);
  }
}
