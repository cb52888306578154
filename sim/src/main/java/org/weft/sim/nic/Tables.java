package org.weft.sim.nic;

/** The engines that look things up, and the way to them and back. */
final class Tables {
  private static final int LOOKUP_CYCLES = 6;

  private final Outbox calls;
  private final int[] last;
  private final long[] busyUntil;
  private final Fifo<Request>[] under;
  private long lookups;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Tables(Outbox calls, int engines) {
    this.calls = calls;
    last = new int[engines];
    busyUntil = new long[engines];
    under = new Fifo[engines];
    for (int i = 0; i < engines; i++) {
      under[i] = new Fifo<>(64);
    }
  }

  /** Calls that engines have taken. */
  long lookups() {
    return lookups;
  }

  void step(long now) {
    for (int e = 0; e < under.length; e++) {
      finish(e, now);
      if (calls.waiting() != 0 && busyUntil[e] <= now) {
        take(e, now);
      }
    }
  }

  private void take(int engine, long now) {
    long waiting = calls.waiting();
    long after = last[engine] == 63 ? 0 : waiting & -2L << last[engine];
    if (!take(after, engine, now)) {
      take(waiting & ~after, engine, now);
    }
  }

  private boolean take(long cores, int engine, long now) {
    for (long set = cores; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Request request = calls.head(core);
      if (request.ready <= now && request.engine == engine) {
        calls.remove(core);
        request.ready = now + LOOKUP_CYCLES + request.beats - 1 + request.writes;
        busyUntil[engine] = request.writes > 0 ? request.ready : now + request.beats;
        under[engine].add(request);
        last[engine] = core;
        lookups++;
        return true;
      }
    }
    return false;
  }

  private void finish(int engine, long now) {
    Fifo<Request> queue = under[engine];
    if (!queue.isEmpty() && queue.head().ready <= now) {
      Request request = queue.remove();
      if (request.register() >= 0) {
        request.perform();
      }
      request.ready = now + 1;
      request.core.answer(request);
    }
  }
}
