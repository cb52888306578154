package org.weft.sim.nic;

/** What cores ask of tables, by who does it: a queue for each core in front of each. */
final class TableQueues {
  /** Lookups in tables whose directory and keys are in the engines. */
  final Outbox near;

  /** Those in tables behind the memory port. */
  final Outbox far;

  /** Updates and deletions. */
  final Outbox updates;

  TableQueues(int cores, int threads) {
    near = new Outbox(cores, threads);
    far = new Outbox(cores, threads);
    updates = new Outbox(cores, threads);
  }

  void add(int core, Request request) {
    if (request.isUpdate()) {
      updates.add(core, request);
    } else if (request.isFar()) {
      far.add(core, request);
    } else {
      near.add(core, request);
    }
  }
}
