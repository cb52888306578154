package org.weft.sim.nic;

/** The crossbar from cores and the table writer to the banks of map memory, and the banks. */
final class MapMemory {
  private static final int LATENCY = 3;
  private static final int ATOMIC_LATENCY = 5;

  /** Clocks that answers are known ahead; a power of two. */
  private static final int AHEAD = 8;

  private final Outbox requests;
  private final int banks;
  private final MemoryPort port;
  private final int bits;
  private final int[] last;

  /** By bank: the cores whose request it could take in this clock. */
  private final long[] wants;

  /** By core and clock, modulo {@link #AHEAD}: the answer that it gets. */
  private final Request[][] answers;

  /** By clock, modulo {@link #AHEAD}: the cores that get one, as a set. */
  private final long[] answered = new long[AHEAD];

  private int lastOutside;

  /**
   * What the table writer moves; headers that the ring unit writes in clocks in which that moves
   * nothing; what the host does in those in which neither does.
   */
  private final WordMove writers = new WordMove();

  private final WordMove headers = new WordMove();

  private final WordMove hosts = new WordMove();

  private long accesses;
  private long conflicts;

  MapMemory(Outbox requests, int cores, int banks, MemoryPort port) {
    this.requests = requests;
    this.banks = banks;
    this.port = port;
    bits = Math.max(1, Integer.numberOfTrailingZeros(banks));
    last = new int[banks];
    wants = new long[banks];
    answers = new Request[cores][AHEAD];
  }

  /** Accesses that banks have done. */
  long accesses() {
    return accesses;
  }

  /** Clocks in which a request waited because its bank took another one. */
  long conflicts() {
    return conflicts;
  }

  WordMove writers() {
    return writers;
  }

  WordMove headers() {
    return headers;
  }

  WordMove hosts() {
    return hosts;
  }

  void step(long now) {
    answer(now);
    int moved = moveToBank(now);
    int wanted = 0;
    long outsiders = 0;
    for (long set = requests.ready(now); set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Request request = requests.head(core);
      if (request.word < 0) {
        outsiders |= 1L << core;
        continue;
      }
      if (isAnswered(core, request, now)) {
        conflicts++;
        continue;
      }
      int bank = bank(request.word);
      wanted |= 1 << bank;
      wants[bank] |= 1L << core;
    }
    for (int set = wanted; set != 0; set &= set - 1) {
      int bank = Integer.numberOfTrailingZeros(set);
      long cores = wants[bank];
      wants[bank] = 0;
      conflicts += Long.bitCount(cores);
      if (bank != moved) {
        conflicts--;
        take(bank, cores, now);
      }
    }
    if (outsiders != 0 && port.hasRoom(now)) {
      lastOutside = Outbox.next(outsiders, lastOutside);
      port.take(requests.remove(lastOutside), now);
    }
  }

  /** The writer's word, a header or the host's, before all others; its bank, or none. */
  private int moveToBank(long now) {
    WordMove move = writers.isDue(now) ? writers : headers.isDue(now) ? headers : hosts;
    if (!move.isDue(now)) {
      return Core.NONE;
    }
    long word = move.move(now, port.latency());
    if (word < 0) {
      port.reserve(1, now);
      return Core.NONE;
    }
    accesses++;
    return bank(word);
  }

  /** Whether another answer comes to a core in the clock in which that of a request would. */
  private boolean isAnswered(int core, Request request, long now) {
    return !request.isPosted()
        && (answered[(int) (now + latency(request)) & AHEAD - 1] >>> core & 1) != 0;
  }

  private static int latency(Request request) {
    return request.isAtomic() ? ATOMIC_LATENCY : LATENCY;
  }

  /** The bank of a word: strides of any power of two reach all of them. */
  private int bank(long of) {
    long folded = of ^ of >>> bits;
    folded ^= folded >>> 2 * bits;
    return (int) folded & banks - 1;
  }

  /** A bank does the access of a core; loads of the same word by others are answered with it. */
  private void take(int bank, long cores, long now) {
    int core = Outbox.next(cores, last[bank]);
    last[bank] = core;
    Request first = requests.head(core);
    long same = first.word;
    boolean isLoad = first.isLoad();
    access(core, now);
    if (!isLoad) {
      return;
    }
    for (long set = cores & ~(1L << core); set != 0; set &= set - 1) {
      int other = Long.numberOfTrailingZeros(set);
      Request request = requests.head(other);
      if (request.word == same && request.isLoad()) {
        access(other, now);
      }
    }
  }

  private void access(int core, long now) {
    accesses++;
    Request request = requests.head(core);
    if (--request.words > 0) {
      request.performFirst();
      request.word++;
      return;
    }
    requests.remove(core);
    request.perform();
    if (request.isPosted()) {
      request.owner.done(request);
    } else {
      int then = (int) (now + latency(request)) & AHEAD - 1;
      answers[core][then] = request;
      answered[then] |= 1L << core;
    }
  }

  private void answer(long now) {
    int at = (int) now & AHEAD - 1;
    long cores = answered[at];
    answered[at] = 0;
    for (long set = cores; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Request request = answers[core][at];
      request.ready = now + 1;
      request.owner.answer(request);
    }
    Request request = port.done(now);
    if (request != null && (request.isPosted() || (cores >>> request.owner.core() & 1) == 0)) {
      port.remove();
      request.performFirst();
      request.perform();
      if (request.isPosted()) {
        request.owner.done(request);
      } else {
        request.ready = now + 1;
        request.owner.answer(request);
      }
    }
  }
}
