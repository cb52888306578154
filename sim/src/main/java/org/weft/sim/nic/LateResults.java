package org.weft.sim.nic;

import java.util.Arrays;

/** Results that have come back to a core and are still to be written to a register. */
final class LateResults {
  /** By half and source, in the order in which they came. */
  private final Fifo<Request>[] queues;

  /** The queues that are not empty, as a set. */
  private int waiting;

  @SuppressWarnings({"unchecked", "rawtypes"})
  LateResults(int contexts) {
    queues = new Fifo[2 * Request.SOURCES];
    Arrays.setAll(queues, i -> new Fifo<>(contexts));
  }

  void add(Request request) {
    int queue = (request.context.number & 1) * Request.SOURCES + request.source();
    queues[queue].add(request);
    waiting |= 1 << queue;
  }

  /** Takes the next one of a half: the oldest of the first source that has one; or null. */
  Request next(int half, long now) {
    int first = half * Request.SOURCES;
    int mine = waiting & (1 << Request.SOURCES) - 1 << first;
    for (; mine != 0; mine &= mine - 1) {
      int queue = Integer.numberOfTrailingZeros(mine);
      if (queues[queue].head().ready <= now) {
        Request request = queues[queue].remove();
        if (queues[queue].isEmpty()) {
          waiting &= ~(1 << queue);
        }
        return request;
      }
    }
    return null;
  }
}
