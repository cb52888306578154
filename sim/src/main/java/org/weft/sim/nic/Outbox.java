package org.weft.sim.nic;

/** What cores ask of one part of the NIC: a queue for each core. */
final class Outbox {
  private final Fifo<Request>[] queues;

  /** The oldest request of each core; looked at in every clock. */
  private final Request[] heads;

  /** The cores whose queues are not empty. */
  private long waiting;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Outbox(int cores, int capacity) {
    queues = new Fifo[cores];
    heads = new Request[cores];
    for (int i = 0; i < cores; i++) {
      queues[i] = new Fifo<>(capacity);
    }
  }

  void add(int core, Request request) {
    Fifo<Request> queue = queues[core];
    if (queue.isEmpty()) {
      heads[core] = request;
    }
    queue.add(request);
    waiting |= 1L << core;
  }

  /** The core of a set, which is not empty, whose turn it is when another one was the last. */
  static int next(long set, int last) {
    long after = set & -2L << last;
    return Long.numberOfTrailingZeros(after != 0 ? after : set);
  }

  /** The cores that have a request, as a set. */
  long waiting() {
    return waiting;
  }

  /** The oldest request of a core that has one. */
  Request head(int core) {
    return heads[core];
  }

  Request remove(int core) {
    Fifo<Request> queue = queues[core];
    Request request = queue.remove();
    if (queue.isEmpty()) {
      waiting &= ~(1L << core);
    } else {
      heads[core] = queue.head();
    }
    return request;
  }
}
