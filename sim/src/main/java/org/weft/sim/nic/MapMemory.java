package org.weft.sim.nic;

import java.util.Arrays;

/** The crossbar from cores to the banks of map memory and to the memory port, and both. */
final class MapMemory {
  private static final int LATENCY = 3;
  private static final int ATOMIC_LATENCY = 5;
  private static final int OUTSTANDING = 64;

  private final Outbox requests;
  private final int cores;
  private final int banks;
  private final int memoryLatency;
  private final int bits;
  private final int[] last;
  private final int[] taken;

  /** By core, in the order of its requests. */
  private final Fifo<Request>[] answers;

  private final Fifo<Request> outside = new Fifo<>(OUTSTANDING);
  private int lastOutside;

  /** The cores that have answers, as a set. */
  private long answering;

  private long accesses;
  private long conflicts;

  @SuppressWarnings({"unchecked", "rawtypes"})
  MapMemory(Outbox requests, int cores, int banks, int memoryLatency) {
    this.requests = requests;
    this.cores = cores;
    this.banks = banks;
    this.memoryLatency = memoryLatency;
    bits = Math.max(1, Integer.numberOfTrailingZeros(banks));
    last = new int[banks];
    taken = new int[banks];
    answers = new Fifo[cores];
    for (int i = 0; i < cores; i++) {
      answers[i] = new Fifo<>(64);
    }
  }

  /** Accesses that banks have done. */
  long accesses() {
    return accesses;
  }

  /** Clocks in which a request waited because its bank took another one. */
  long conflicts() {
    return conflicts;
  }

  void step(long now) {
    boolean any = false;
    int port = Core.NONE;
    for (long set = requests.waiting(); set != 0; set &= set - 1) {
      int i = Long.numberOfTrailingZeros(set);
      Request request = requests.head(i);
      if (request.ready > now) {
        continue;
      }
      long word = request.word;
      if (word < 0) {
        if (port < 0 || distance(i, lastOutside) < distance(port, lastOutside)) {
          port = i;
        }
        continue;
      }
      int bank = bank(word);
      if (!any) {
        Arrays.fill(taken, Core.NONE);
        any = true;
      }
      int other = taken[bank];
      conflicts += other >= 0 ? 1 : 0;
      if (other < 0 || distance(i, last[bank]) < distance(other, last[bank])) {
        taken[bank] = i;
      }
    }
    if (any) {
      for (int bank = 0; bank < banks; bank++) {
        if (taken[bank] >= 0) {
          last[bank] = taken[bank];
          take(taken[bank], now);
        }
      }
    }
    if (port >= 0 && outside.size() < OUTSTANDING) {
      lastOutside = port;
      Request request = requests.remove(port);
      request.ready = now + memoryLatency;
      outside.add(request);
    }
    answer(now);
  }

  /** The bank of a word: strides of any power of two reach all of them. */
  private int bank(long word) {
    long folded = word ^ word >>> bits;
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
    long word = first.word;
    boolean isLoad = first.isLoad();
    access(core, now);
    if (isLoad) {
      for (long set = requests.waiting() & ~(1L << core); set != 0; set &= set - 1) {
        int other = Long.numberOfTrailingZeros(set);
        Request request = requests.head(other);
        if (request.ready <= now && request.word == word && request.isLoad()) {
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
      request.ready = now + (request.isAtomic() ? ATOMIC_LATENCY : LATENCY);
      answers[core].add(request);
      answering |= 1L << core;
    }
  }

  private void answer(long now) {
    long done = 0;
    if (!outside.isEmpty() && outside.head().ready <= now) {
      Request request = outside.remove();
      request.perform();
      if (request.isPosted()) {
        request.core.done(request);
      } else {
        done = 1L << request.core.number();
        request.ready = now + 1;
        request.core.answer(request);
      }
    }
    for (long set = answering & ~done; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Fifo<Request> queue = answers[core];
      if (queue.head().ready <= now) {
        Request request = queue.remove();
        answering &= queue.isEmpty() ? ~(1L << core) : -1;
        request.ready = now + 1;
        request.core.answer(request);
      }
    }
  }
}
