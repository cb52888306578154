package org.weft.sim.nic;

import java.util.Arrays;

/** How long packets took: counts by clocks, exact up to a limit, above it one bin. */
final class Latencies {
  private static final int EXACT = 1 << 16;

  private final long[] counts = new long[EXACT];
  private long count;
  private long least = Long.MAX_VALUE;
  private long most;

  void add(long clocks) {
    counts[(int) Math.min(clocks, EXACT - 1)]++;
    count++;
    least = Math.min(least, clocks);
    most = Math.max(most, clocks);
  }

  void clear() {
    Arrays.fill(counts, 0);
    count = 0;
    least = Long.MAX_VALUE;
    most = 0;
  }

  long count() {
    return count;
  }

  long least() {
    return count == 0 ? 0 : least;
  }

  long most() {
    return most;
  }

  /** The latency that a share of the packets does not exceed. */
  long quantile(double share) {
    long wanted = (long) Math.ceil(share * count);
    long seen = 0;
    for (int i = 0; i < EXACT - 1; i++) {
      seen += counts[i];
      if (seen >= wanted && seen > 0) {
        return i;
      }
    }
    return most;
  }
}
