package org.weft.sim.nic;

/**
 * The engines that look things up, near and far, and the writer. Each near engine serves the cores
 * whose number is its own modulo the number of engines.
 */
final class Tables {
  private final TableQueues queues;
  private final TableEngine[] engines;
  private final OutsideEngine far;
  private final TableWriter writer;
  private final Mailbox mailbox;
  private int last = Core.NONE;

  Tables(
      TableQueues queues,
      int engines,
      MapMemory memory,
      MemoryPort port,
      MapPlaces places,
      Mailbox mailbox) {
    this.queues = queues;
    this.mailbox = mailbox;
    this.engines = new TableEngine[engines];
    for (int i = 0; i < engines; i++) {
      this.engines[i] = new TableEngine(queues.near, i, engines);
    }
    far = new OutsideEngine(queues.far, port);
    writer = new TableWriter(this.engines, far, memory, places, port);
  }

  /** Calls that were taken. */
  long calls() {
    long calls = far.lookups() + writer.jobs();
    for (TableEngine engine : engines) {
      calls += engine.lookups();
    }
    return calls;
  }

  /** Clocks in which engines stood still because a key was not the one that its tag promised. */
  long stalls() {
    long stalls = 0;
    for (TableEngine engine : engines) {
      stalls += engine.stalls();
    }
    return stalls;
  }

  /** Clocks in which an update or deletion was under way. */
  long writing() {
    return writer.busy();
  }

  void step(long now) {
    // What is written in a clock is there for the lookups that are taken in it: they read later.
    writer.step(now);
    if (writer.isIdle()) {
      take(now);
    }
    long ready = queues.near.ready(now);
    for (TableEngine engine : engines) {
      engine.step(now, ready, writer.marksUse());
    }
    far.step(now, queues.far.ready(now), writer.marksUse());
  }

  /** The next update, of the cores and of the host, which comes after the last core. */
  private void take(long now) {
    long ready = queues.updates.ready(now);
    long after = last == 63 ? 0 : last == Core.NONE ? ready : ready & -2L << last;
    if (after != 0) {
      begin(Long.numberOfTrailingZeros(after), now);
    } else if (mailbox.isWaiting(now)) {
      last = Core.NONE;
      writer.begin(mailbox.take(), now);
    } else if (ready != 0) {
      begin(Long.numberOfTrailingZeros(ready), now);
    }
  }

  private void begin(int core, long now) {
    last = core;
    writer.begin(queues.updates.remove(core), now);
  }
}
