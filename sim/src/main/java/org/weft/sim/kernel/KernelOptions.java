package org.weft.sim.kernel;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the kernel engine is to prepare for. Interfaces are also made when packets or map entries
 * first name them; saying them here finds out earlier what the system refuses.
 *
 * @param ifindex interface that packets come in on, from 1; 1 is the loopback
 * @param queue the highest receive queue of packets; interface 1 has queue 0 only
 * @param cpu CPU that the program runs on; a packet that names another is run there
 * @param ifindexes further interfaces that redirects and device maps name
 */
public record KernelOptions(int ifindex, int queue, int cpu, Set<Integer> ifindexes) {
  /** Loopback, queue 0, CPU 0, no further interfaces. */
  public static final KernelOptions DEFAULT = new KernelOptions(1, 0, 0, Set.of());

  public KernelOptions {
    ifindexes = Collections.unmodifiableSet(new TreeSet<>(ifindexes));
  }
}
