package org.weft.sim.nic;

import java.util.Arrays;

/** The crossbar from cores and the table writer to the banks of map memory, and the banks. */
final class MapMemory {
  private static final int LATENCY = 3;
  private static final int ATOMIC_LATENCY = 5;

  /** Clocks that answers are known ahead; a power of two. */
  private static final int AHEAD = 8;

  /** Who comes before all cores at a bank: the table writer. */
  private static final int WRITER = 64;

  private final Outbox requests;
  private final int cores;
  private final int banks;
  private final MemoryPort port;
  private final int bits;
  private final int[] last;
  private final int[] taken;

  /** By core and clock, modulo {@link #AHEAD}: the answer that it gets. */
  private final Request[][] answers;

  /** By clock, modulo {@link #AHEAD}: the cores that get one, as a set. */
  private final long[] answered = new long[AHEAD];

  private int lastOutside;

  // What the table writer moves: the next word, how many, from when on; when it is done.
  private long word;
  private int words;
  private long wordsFrom;
  private long moved;

  private long accesses;
  private long conflicts;

  MapMemory(Outbox requests, int cores, int banks, MemoryPort port) {
    this.requests = requests;
    this.cores = cores;
    this.banks = banks;
    this.port = port;
    bits = Math.max(1, Integer.numberOfTrailingZeros(banks));
    last = new int[banks];
    taken = new int[banks];
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

  /** Words for the table writer, one a clock, from a clock on. */
  void move(long firstWord, int count, long from) {
    word = firstWord;
    words = count;
    wordsFrom = from;
    moved = from;
  }

  /** Whether the last of them is where it belongs. */
  boolean hasMoved(long now) {
    return words == 0 && moved <= now;
  }

  void step(long now) {
    answer(now);
    boolean any = moveToBank(now);
    int outside = Core.NONE;
    for (long set = requests.waiting(); set != 0; set &= set - 1) {
      int i = Long.numberOfTrailingZeros(set);
      Request request = requests.head(i);
      if (request.ready > now) {
        continue;
      }
      if (request.word < 0) {
        if (outside < 0 || distance(i, lastOutside) < distance(outside, lastOutside)) {
          outside = i;
        }
        continue;
      }
      if (isAnswered(i, request, now)) {
        conflicts++;
        continue;
      }
      int bank = bank(request.word);
      if (!any) {
        Arrays.fill(taken, Core.NONE);
        any = true;
      }
      int other = taken[bank];
      conflicts += other >= 0 ? 1 : 0;
      if (other < 0 || other != WRITER && distance(i, last[bank]) < distance(other, last[bank])) {
        taken[bank] = i;
      }
    }
    if (any) {
      for (int bank = 0; bank < banks; bank++) {
        if (taken[bank] >= 0 && taken[bank] != WRITER) {
          last[bank] = taken[bank];
          take(taken[bank], now);
        }
      }
    }
    if (outside >= 0 && port.hasRoom(now)) {
      lastOutside = outside;
      port.take(requests.remove(outside), now);
    }
  }

  /** The writer's word, before all others; whether it takes a bank. */
  private boolean moveToBank(long now) {
    if (words == 0 || wordsFrom > now) {
      return false;
    }
    words--;
    if (word < 0) {
      port.reserve(1, now);
      moved = now + port.latency();
      return false;
    }
    accesses++;
    moved = now + 1;
    Arrays.fill(taken, Core.NONE);
    taken[bank(word++)] = WRITER;
    return true;
  }

  /** Whether another answer comes to a core in the clock in which that of a request would. */
  private boolean isAnswered(int core, Request request, long now) {
    return !request.isPosted() && answers[core][(int) (now + latency(request)) & AHEAD - 1] != null;
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

  private int distance(int core, int from) {
    int distance = core - from - 1;
    return distance < 0 ? distance + cores : distance;
  }

  /** A bank does the access of a core; loads of the same word by others are answered with it. */
  private void take(int core, long now) {
    Request first = requests.head(core);
    long same = first.word;
    boolean isLoad = first.isLoad();
    access(core, now);
    if (isLoad) {
      for (long set = requests.waiting() & ~(1L << core); set != 0; set &= set - 1) {
        int other = Long.numberOfTrailingZeros(set);
        Request request = requests.head(other);
        if (request.ready <= now
            && request.word == same
            && request.isLoad()
            && !isAnswered(other, request, now)) {
          access(other, now);
        }
      }
    }
  }

  private void access(int core, long now) {
    accesses++;
    Request request = requests.head(core);
    if (--request.words > 0) {
      request.word++;
      return;
    }
    requests.remove(core);
    request.perform();
    if (request.isPosted()) {
      request.core.done(request);
    } else {
      int then = (int) (now + latency(request)) & AHEAD - 1;
      answers[core][then] = request;
      answered[then] |= 1L << core;
    }
  }

  private void answer(long now) {
    int at = (int) now & AHEAD - 1;
    long set = answered[at];
    answered[at] = 0;
    for (; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Request request = answers[core][at];
      request.ready = now + 1;
      request.core.answer(request);
    }
    Request request = port.done(now);
    if (request != null && (request.isPosted() || answers[request.core.number()][at] == null)) {
      port.remove();
      request.perform();
      if (request.isPosted()) {
        request.core.done(request);
      } else {
        request.ready = now + 1;
        request.core.answer(request);
      }
    }
    for (Request[] ofCore : answers) {
      ofCore[at] = null;
    }
  }
}
