package org.weft.sim.nic;

/**
 * A pipeline that looks keys up, with a copy of directory and keys. It stands still as a whole
 * while a key is compared once more than foreseen.
 */
final class TableEngine {
  /** Clocks of the memory that has buckets and keys. */
  private static final int LATENCY = 2;

  /** From a probe's start to the address of its buckets, and from buckets to the key's address. */
  private static final int COMPARE_CLOCKS = 1;

  private static final int MOST = 64;

  /** The cores that it serves, as a set. */
  private final long served;

  private final LookupTurns turns;
  private final Fifo<Lookup> under = new Fifo<>(MOST);

  /** What was taken, whose buckets are read when the pipeline moves; or null. */
  private Lookup taken;

  // Clocks in which the pipeline moved: when it is done with the first call, when it can take the
  // next one.
  private long firstDue = Long.MAX_VALUE;

  private long free;

  /** Lookups under way that could have found what is gone now. */
  private int old;

  private long stalls;

  /** The engine of those cores whose number is its own, modulo the number of engines. */
  TableEngine(Outbox calls, int number, int engines) {
    turns = new LookupTurns(calls);
    served = served(number, engines);
  }

  private static long served(int number, int engines) {
    long set = 0;
    for (int core = number; core < Long.SIZE; core += engines) {
      set |= 1L << core;
    }
    return set;
  }

  /** Calls that were taken. */
  long lookups() {
    return turns.lookups();
  }

  /** Clocks in which the pipeline stood still. */
  long stalls() {
    return stalls;
  }

  /**
   * A clock.
   *
   * @param ready the cores that have a call that can be taken, as a set
   * @param forgets whether the bits of used entries are written otherwise in this clock
   */
  void step(long now, long ready, boolean forgets) {
    long waiting = ready & served;
    // Clocks in which it moved, this one among them if it does.
    long moved = now - stalls;
    if (firstDue > moved + 1 && waiting == 0 && taken == null && turns.isIdle()) {
      return;
    }
    Request answered = null;
    Lookup before = taken;
    if (standsStill(moved)) {
      under.head().again--;
      stalls++;
      moved--;
    } else {
      answered = move(waiting, moved, now, forgets);
    }
    turns.step(taken == before ? null : taken, answered, waiting, now);
    if (taken != null && !standsStill(moved + 1)) {
      begin(taken, moved);
      taken = null;
    }
  }

  /** Something is gone that lookups under way could have found. */
  void remove() {
    old = under.size() + (taken == null ? 0 : 1);
  }

  /** Whether all of those have ended. */
  boolean isQuiet() {
    return old == 0;
  }

  /** Whether the pipeline does not move in its clock of this number. */
  private boolean standsStill(long clock) {
    return firstDue <= clock && under.head().again > 0;
  }

  /** A clock in which it moves; the lookup in a trie that is answered, or null. */
  private Request move(long waiting, long moved, long now, boolean forgets) {
    Request answered = null;
    if (firstDue <= moved) {
      Lookup done = under.remove();
      firstDue = under.isEmpty() ? Long.MAX_VALUE : under.head().due;
      old = Math.max(0, old - 1);
      if (done instanceof Request request) {
        if (!forgets) {
          request.use();
        }
        request.answer(now + 1);
      } else if (((Probe) done).answers) {
        answered = ((Probe) done).call;
        answered.answer(now + 1);
      }
    }
    if (free <= moved && under.size() < MOST) {
      taken = turns.take(waiting, now);
    }
    return answered;
  }

  /** What is found is what the next clock reads; the rest is the time that it takes. */
  private void begin(Lookup lookup, long moved) {
    int beats;
    if (lookup instanceof Probe probe) {
      probe.perform();
      beats = probe.call.beats;
      probe.again *= again(beats);
    } else {
      Request request = (Request) lookup;
      request.perform();
      beats = request.beats;
      request.again = request.falseMatches() * again(beats);
      request.takeUse();
    }
    lookup.due = moved + clocks(beats);
    free = moved + beats;
    under.add(lookup);
    firstDue = under.head().due;
  }

  /** Clocks of a search: buckets, tags, key, its beats; the first one is that of taking it. */
  static int clocks(int beats) {
    return 2 * (LATENCY + COMPARE_CLOCKS) - 1 + beats;
  }

  /** Clocks of another key with the same tag. */
  static int again(int beats) {
    return LATENCY + beats;
  }
}
