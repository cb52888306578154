package org.weft.sim.validate;

import java.util.List;

/**
 * What a validation found.
 *
 * @param edges edges that the program has, but for those that are impossible
 * @param impossible edges of which it is proved that no packet takes them
 * @param unreached those of the edges that no run took
 * @param runs executions of {@code ref}
 * @param compared runs of which {@code rows} was compared with {@code ref}
 * @param faults runs in which {@code ref} faulted, as no program does that the kernel accepts; they
 *     are not compared
 * @param firstFault the first of these faults, or null
 * @param differing compared runs that differ
 * @param differences an example of each kind of difference, of the first five
 */
public record Validation(
    int edges,
    int impossible,
    List<Edge> unreached,
    long runs,
    long compared,
    long faults,
    String firstFault,
    long differing,
    List<Difference> differences) {
  public Validation {
    unreached = List.copyOf(unreached);
    differences = List.copyOf(differences);
  }

  /** Edges that were reached. */
  public int reached() {
    return edges - unreached.size();
  }
}
