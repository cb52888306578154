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
  private final int most;
  private int last;

  /** Clocks in which the pipeline moved; the one from which on it takes the next call. */
  private long moved;

  private long free;

  /** The clock from which on the next probe can start. */
  private long probed;

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

  void step(long now) {
    if (!under.isEmpty() && under.head().due <= moved + 1) {
      Request request = under.head();
      if (request.again > 0) {
        request.again--;
        stalls++;
        return;
      }
      under.remove();
      request.ready = now + 1 + request.back;
      request.core.answer(request);
    }
    moved++;
    long waiting = calls.waiting() & served;
    if (waiting != 0 && free <= moved && under.size() < most) {
      take(waiting, now);
    }
  }

  private void take(long waiting, long now) {
    long after = last == 63 ? 0 : waiting & -2L << last;
    if (!takeOne(after, now)) {
      takeOne(waiting & ~after, now);
    }
  }

  private boolean takeOne(long cores, long now) {
    for (long set = cores; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Request request = calls.head(core);
      if (request.ready <= now) {
        calls.remove(core);
        last = core;
        begin(request, now);
        return true;
      }
    }
    return false;
  }

  /** What is found is what is there now; the rest is the time that it takes. */
  private void begin(Request request, long now) {
    lookups++;
    request.perform();
    int beats = request.beats;
    int first = clocks(latency, beats);
    int probes = request.probes();
    long start = Math.max(moved + (request.isTrie() ? MASK_CLOCKS : 0), probed);
    request.due = start + (long) (probes - 1) * beats + first;
    request.again = request.falseMatches() * again(latency, beats);
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
  }

  /** Clocks of a search: buckets, tags, key, its beats; the first one is that of taking it. */
  static int clocks(int latency, int beats) {
    return 2 * (latency + COMPARE_CLOCKS) - 1 + beats;
  }

  /** Clocks of another key with the same tag. */
  static int again(int latency, int beats) {
    return latency > 2 ? latency + beats : beats;
  }
}
