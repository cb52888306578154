package org.weft.sim.nic;

import java.util.Arrays;

/** What cores ask of one part of the NIC: a queue for each core. */
final class Outbox {
  private static final long NEVER = Long.MAX_VALUE;

  private final Fifo<Request>[] queues;

  /** The oldest request of each core, and the clock from which on it may be taken. */
  private final Request[] heads;

  private final long[] from;

  /** The cores that have one, those whose may be taken, and when that will be so of another one. */
  private long waiting;

  private long ready;

  private long next = NEVER;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Outbox(int cores, int capacity) {
    queues = new Fifo[cores];
    heads = new Request[cores];
    from = new long[cores];
    Arrays.setAll(queues, i -> new Fifo<>(capacity));
  }

  void add(int core, Request request) {
    Fifo<Request> queue = queues[core];
    if (queue.isEmpty()) {
      isFirst(core, request);
    }
    queue.add(request);
  }

  private void isFirst(int core, Request request) {
    heads[core] = request;
    from[core] = request.ready;
    waiting |= 1L << core;
    next = Math.min(next, request.ready);
  }

  /** The core of a set, which is not empty, whose turn it is when another one was the last. */
  static int next(long set, int last) {
    long after = set & -2L << last;
    return Long.numberOfTrailingZeros(after != 0 ? after : set);
  }

  /** The cores whose oldest request may be taken in a clock, as a set. */
  long ready(long now) {
    if (next <= now) {
      look(now);
    }
    return ready;
  }

  private void look(long now) {
    next = NEVER;
    for (long set = waiting & ~ready; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      if (from[core] <= now) {
        ready |= 1L << core;
      } else {
        next = Math.min(next, from[core]);
      }
    }
  }

  /** Requests of a core. */
  int size(int core) {
    return queues[core].size();
  }

  /** The oldest request of a core that has one. */
  Request head(int core) {
    return heads[core];
  }

  Request remove(int core) {
    Fifo<Request> queue = queues[core];
    Request request = queue.remove();
    ready &= ~(1L << core);
    if (queue.isEmpty()) {
      waiting &= ~(1L << core);
    } else {
      isFirst(core, queue.head());
    }
    return request;
  }
}
