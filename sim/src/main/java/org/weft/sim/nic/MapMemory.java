package org.weft.sim.nic;

import java.util.Arrays;

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

  /** By core: what has come from behind the memory port and waits for a clock without an answer. */
  private final Fifo<Request>[] came;

  private long waiting;

  /**
   * What the table writer moves; headers that the ring unit writes in clocks in which that moves
   * nothing; what the host does in those in which neither does.
   */
  private final WordMove writers = new WordMove();

  private final WordMove headers = new WordMove();

  private final WordMove hosts = new WordMove();

  private long accesses;
  private long conflicts;

  @SuppressWarnings({"unchecked", "rawtypes"})
  MapMemory(Outbox requests, int cores, int banks, int threads, MemoryPort port) {
    this.requests = requests;
    this.banks = banks;
    this.port = port;
    bits = Math.max(1, Integer.numberOfTrailingZeros(banks));
    last = new int[banks];
    wants = new long[banks];
    answers = new Request[cores][AHEAD];
    came = new Fifo[cores];
    Arrays.setAll(came, i -> new Fifo<>(threads));
  }

  /** Accesses that banks have done. */
  long accesses() {
    return accesses;
  }

  /** Whether all that was stored behind the memory port is there. */
  boolean isQuiet(long now) {
    return port.isQuiet(now);
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
    port.step(now);
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
    if (outsiders != 0 && port.hasRoom()) {
      lastOutside = Outbox.next(outsiders, lastOutside);
      takeOutside(lastOutside, now);
    }
  }

  /** A word of a core's request goes to the memory port. */
  private void takeOutside(int core, long now) {
    Request request = requests.head(core);
    boolean changes = !request.isLoad();
    long word = request.word;
    if (--request.words > 0) {
      request.secondWord();
      port.take(word, changes, then -> request.performFirst(), now);
    } else {
      requests.remove(core);
      port.take(word, changes, then -> perform(request), now);
    }
  }

  private void perform(Request request) {
    request.perform();
    if (request.isPosted()) {
      request.owner.done(request);
    } else {
      came[request.owner.core()].add(request);
      waiting |= 1L << request.owner.core();
    }
  }

  /** The writer's word, a header or the host's, before all others; its bank, or none. */
  private int moveToBank(long now) {
    WordMove move = writers.isDue(now) ? writers : headers.isDue(now) ? headers : hosts;
    if (!move.isDue(now)) {
      return Core.NONE;
    }
    long word = move.word();
    if (word < 0) {
      if (port.hasRoom()) {
        port.take(word, !move.reads(), move.moveOutside(now), now);
      }
      return Core.NONE;
    }
    move.move(now);
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
      request.secondWord();
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
    for (long set = waiting & ~cores; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Request request = came[core].remove();
      request.ready = now + 1;
      request.owner.answer(request);
      if (came[core].isEmpty()) {
        waiting &= ~(1L << core);
      }
    }
  }
}
