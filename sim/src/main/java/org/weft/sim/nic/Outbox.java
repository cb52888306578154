package org.weft.sim.nic;

/** What cores ask of one part of the NIC: a queue for each core. */
final class Outbox {
  private final Fifo<Request>[] queues;

  /** The cores whose queues are not empty. */
  private long waiting;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Outbox(int cores, int capacity) {
    queues = new Fifo[cores];
    for (int i = 0; i < cores; i++) {
      queues[i] = new Fifo<>(capacity);
    }
  }

  void add(int core, Request request) {
    queues[core].add(request);
    waiting |= 1L << core;
  }

  /** The cores that have a request, as a set. */
  long waiting() {
    return waiting;
  }

  /** The oldest request of a core that has one. */
  Request head(int core) {
    return queues[core].head();
  }

  Request remove(int core) {
    Fifo<Request> queue = queues[core];
    Request request = queue.remove();
    if (queue.isEmpty()) {
      waiting &= ~(1L << core);
    }
    return request;
  }
}
