package org.weft.cli;

import org.weft.isa.xdp.XdpAction;

/** What a run amounts to. */
final class Summary {
  private final long[] counts = new long[XdpAction.values().length];
  private final long start = System.nanoTime();
  private double seconds;

  /** Packets that no buffer holds, which were not run. */
  long tooLong;

  /** The kernel's own time for a packet in nanoseconds, or -1 when it was not asked for. */
  long kernelNanos = -1;

  void count(XdpAction action) {
    counts[action.ordinal()]++;
  }

  void stop() {
    seconds = (System.nanoTime() - start) / 1e9;
  }

  long count(int action) {
    return counts[action];
  }

  long packets() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /** Time taken by the engine and the trace, without start-up. */
  double seconds() {
    return seconds;
  }
}
