package org.weft.sim.validate;

import java.util.HashSet;
import java.util.Set;

/**
 * What all runs together have reached. A run counts as new when it reaches a feature, or reaches it
 * clearly more often than any before: once, twice, three times, 4, 8, 16, 32, 128 times or more.
 */
final class Coverage {
  /** Paths that are told apart; beyond it, only features count. */
  private static final int MAX_PATHS = 1 << 16;

  private final Edges edges;
  private final byte[] buckets;
  private final Set<Long> paths = new HashSet<>();

  Coverage(Edges edges, int features) {
    this.edges = edges;
    buckets = new byte[features];
  }

  /** Adds a run; whether it reached anything new. */
  boolean add(Recorder run) {
    boolean isNew = false;
    for (int feature : run.reached()) {
      int bit = bucket(run.times(feature));
      if ((buckets[feature] & bit) == 0) {
        buckets[feature] |= (byte) bit;
        isNew = true;
      }
    }
    return isNew;
  }

  /** Adds a run's path; whether no run took it before. */
  boolean addPath(Recorder run) {
    return paths.size() < MAX_PATHS && paths.add(run.path());
  }

  private static int bucket(int times) {
    if (times <= 3) {
      return 1 << times - 1;
    }
    return times < 8 ? 8 : times < 16 ? 16 : times < 32 ? 32 : times < 128 ? 64 : 128;
  }

  /** Whether a feature, such as an edge, was reached. */
  boolean isReached(int feature) {
    return buckets[feature] != 0;
  }

  /** Whether an edge is not reached but what happens instead of it is. */
  boolean isFrontier(int edge) {
    return edges.isPresent(edge) && !isReached(edge) && isReached(edge ^ 1);
  }
}
