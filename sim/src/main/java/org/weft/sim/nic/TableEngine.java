package org.weft.sim.nic;

/**
 * A pipeline that looks keys up, with a copy of directory and keys, or in those behind the memory
 * port. It stands still as a whole while a key is compared once more than foreseen.
 */
final class TableEngine {
  /** From a probe's start to the address of its buckets, and from buckets to the key's address. */
  private static final int COMPARE_CLOCKS = 1;

  /** A trie's probes are masked and hashed in the engine. */
  private static final int MASK_CLOCKS = 3;

  /** The cores that it serves, as a set. */
  private final long served;

  /** Clocks of the memory that has buckets and keys. */
  private final int latency;

  /** What is shared with values, or null. */
  private final MemoryPort port;

  private final Outbox calls;
  private final Fifo<Request> under;

  /** What was taken, whose buckets are read when the pipeline moves; or null. */
  private Request taken;

  private final int most;
  private int last;

  // Clocks in which the pipeline moved: when it is done with the first call, when it can take the
  // next one.
  private long firstDue = Long.MAX_VALUE;

  private long free;

  /** The clock from which on the next probe can start. */
  private long probed;

  /** Lookups under way that could have found what is gone now. */
  private int old;

  private long lookups;
  private long stalls;

  /** The engine of those cores whose number is its own, modulo the number of engines. */
  TableEngine(Outbox calls, int number, int engines) {
    this(calls, number, engines, 2, null, 64);
  }

  private TableEngine(
      Outbox calls, int number, int engines, int latency, MemoryPort port, int most) {
    this.calls = calls;
    served = served(number, engines);
    this.latency = latency;
    this.port = port;
    this.most = most;
    under = new Fifo<>(most);
  }

  /** The one engine for all tables behind the memory port. */
  static TableEngine far(Outbox calls, MemoryPort port, int most) {
    return new TableEngine(calls, 0, 1, port.latency(), port, most);
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
    return lookups;
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
    if (firstDue > moved + 1 && waiting == 0 && taken == null) {
      return;
    }
    if (standsStill(moved)) {
      under.head().again--;
      stalls++;
      moved--;
    } else {
      move(waiting, moved, now, forgets);
    }
    if (taken != null && !standsStill(moved + 1)) {
      begin(taken, moved, now);
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

  private void move(long waiting, long moved, long now, boolean forgets) {
    if (firstDue <= moved) {
      Request request = under.remove();
      firstDue = under.isEmpty() ? Long.MAX_VALUE : under.head().due;
      old = Math.max(0, old - 1);
      if (!forgets) {
        request.use();
      }
      request.answer(now + 1 + request.back);
    }
    if (waiting != 0 && free <= moved && under.size() < most) {
      last = Outbox.next(waiting, last);
      taken = calls.remove(last);
    }
  }

  /** What is found is what the next clock reads; the rest is the time that it takes. */
  private void begin(Request request, long moved, long now) {
    lookups++;
    request.perform();
    int beats = request.beats;
    int first = clocks(latency, beats);
    int probes = request.probes();
    long start = Math.max(moved + (request.isTrie() ? MASK_CLOCKS : 0), probed);
    request.due = start + (long) (probes - 1) * beats + first;
    request.again = request.falseMatches() * again(latency, beats);
    request.takeUse();
    // No more probes start when it is known that none is needed.
    probed = Math.min(start + (long) request.mostProbes() * beats, request.due);
    free = Math.max(moved + 1, request.isTrie() ? probed - MASK_CLOCKS : probed);
    if (port != null) {
      int words = probes * (2 + beats);
      port.reserve(words, now);
      free = Math.max(free, moved + words);
      probed = Math.max(probed, free);
    }
    under.add(request);
    firstDue = under.head().due;
  }

  /** Clocks of a search: buckets, tags, key, its beats; the first one is that of taking it. */
  static int clocks(int latency, int beats) {
    return 2 * (latency + COMPARE_CLOCKS) - 1 + beats;
  }

  /** Clocks of another key with the same tag. */
  static int again(int latency, int beats) {
    return latency + beats;
  }
}
