package org.weft.sim.nic;

/** The engines that look things up, and the way to them and back. */
final class Tables {
  private static final int LOOKUP_CYCLES = 6;

  private final Core[] cores;
  private final int[] last;
  private final long[] busyUntil;
  private final Fifo<Request>[] under;
  private long lookups;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Tables(Core[] cores, int engines) {
    this.cores = cores;
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
      if (busyUntil[e] <= now) {
        take(e, now);
      }
    }
  }

  private void take(int engine, long now) {
    for (int i = 1; i <= cores.length; i++) {
      int core = last[engine] + i;
      core -= core >= cores.length ? cores.length : 0;
      Fifo<Request> calls = cores[core].calls;
      if (!calls.isEmpty() && calls.head().ready <= now && calls.head().engine == engine) {
        Request request = calls.remove();
        request.ready = now + LOOKUP_CYCLES + request.beats - 1 + request.writes;
        busyUntil[engine] = request.writes > 0 ? request.ready : now + request.beats;
        under[engine].add(request);
        last[engine] = core;
        lookups++;
        return;
      }
    }
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
