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
  private final int[] last;
  private final int[] taken;
  private final Fifo<Request>[] answers;
  private final Fifo<Request> outside = new Fifo<>(OUTSTANDING);
  private int lastOutside;
  private int firstAnswer;

  /** The banks that have answers, as a set. */
  private int answering;

  private long accesses;
  private long conflicts;

  @SuppressWarnings({"unchecked", "rawtypes"})
  MapMemory(Outbox requests, int cores, int banks, int memoryLatency) {
    this.requests = requests;
    this.cores = cores;
    this.banks = banks;
    this.memoryLatency = memoryLatency;
    last = new int[banks];
    taken = new int[banks];
    answers = new Fifo[banks];
    for (int i = 0; i < banks; i++) {
      answers[i] = new Fifo<>(64 * cores);
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
      int bank = (int) word & banks - 1;
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
          take(taken[bank], bank, now);
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

  private int distance(int core, int from) {
    int distance = core - from - 1;
    return distance < 0 ? distance + cores : distance;
  }

  private void take(int core, int bank, long now) {
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
      answers[bank].add(request);
      answering |= 1 << bank;
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
    for (int i = 0; answering != 0 && i < banks; i++) {
      int bank = firstAnswer + i & banks - 1;
      Fifo<Request> queue = answers[bank];
      if (!queue.isEmpty() && queue.head().ready <= now) {
        long core = 1L << queue.head().core.number();
        if ((done & core) == 0) {
          done |= core;
          Request request = queue.remove();
          answering &= queue.isEmpty() ? ~(1 << bank) : -1;
          request.ready = now + 1;
          request.core.answer(request);
        }
      }
    }
    firstAnswer = firstAnswer + 1 & banks - 1;
  }
}
