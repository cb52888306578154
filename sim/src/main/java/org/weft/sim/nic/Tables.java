package org.weft.sim.nic;

/** The engines that look things up, and the way to them and back. */
final class Tables {
  private static final int LOOKUP_CYCLES = 6;

  private final Core[] cores;
  private final int engines;
  private final int[] last;
  private final long[] busyUntil;
  private final Fifo<Request>[] under;

  long lookups;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Tables(Core[] cores, int engines) {
    this.cores = cores;
    this.engines = engines;
    last = new int[engines];
    busyUntil = new long[engines];
    under = new Fifo[engines];
    for (int i = 0; i < engines; i++) {
      under[i] = new Fifo<>(256);
    }
  }

  void step(long now) {
    for (int e = 0; e < engines; e++) {
      finish(e, now);
      if (busyUntil[e] <= now) {
        take(e, now);
      }
    }
  }

  private void take(int engine, long now) {
    for (int i = 1; i <= cores.length; i++) {
      int core = (last[engine] + i) % cores.length;
      Fifo<Request> calls = cores[core].calls;
      if (!calls.isEmpty() && calls.head().ready <= now && calls.head().engine(engines) == engine) {
        Request request = calls.remove();
        int beats = request.beats();
        request.ready = now + LOOKUP_CYCLES + beats - 1 + request.writes();
        busyUntil[engine] = request.writes() > 0 ? request.ready : now + beats;
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
      request.perform(now);
      request.ready = now + 1;
      request.owner().answer(request);
    }
  }
}
