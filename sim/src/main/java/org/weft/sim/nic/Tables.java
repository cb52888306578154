package org.weft.sim.nic;

/**
 * The engines that look things up, and the way to them and back. Each has all tables and serves the
 * cores whose number is its own modulo the number of engines; one update at a time is written to
 * all.
 */
final class Tables {
  private static final int LOOKUP_CYCLES = 6;

  private final Outbox calls;
  private final int[] last;
  private final long[] busyUntil;
  private final Fifo<Request>[] under;

  /** When the update that is under way, or was last, is written to all engines. */
  private long writtenFrom;

  private long writtenUntil;
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
      boolean written = now >= writtenFrom && now < writtenUntil;
      if (calls.waiting() != 0 && busyUntil[e] <= now && !written) {
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
      boolean mine = (core & under.length - 1) == engine;
      if (mine && request.ready <= now && (request.writes == 0 || writtenUntil <= now)) {
        calls.remove(core);
        begin(engine, request, now);
        last[engine] = core;
        lookups++;
        return true;
      }
    }
    return false;
  }

  private void begin(int engine, Request request, long now) {
    request.ready = now + LOOKUP_CYCLES + request.beats - 1 + request.writes;
    busyUntil[engine] = now + request.beats;
    if (request.writes > 0) {
      busyUntil[engine] = request.ready;
      writtenFrom = request.ready - request.writes;
      writtenUntil = request.ready;
    }
    under[engine].add(request);
  }

  private void finish(int engine, long now) {
    Fifo<Request> queue = under[engine];
    if (!queue.isEmpty() && queue.head().ready <= now) {
      Request request = queue.remove();
      request.perform();
      request.ready = now + 1 + request.back;
      request.core.answer(request);
    }
  }
}
