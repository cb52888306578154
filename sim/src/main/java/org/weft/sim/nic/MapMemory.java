package org.weft.sim.nic;

import java.util.Arrays;

/** The crossbar from cores to banks of map memory, and the banks. */
final class MapMemory {
  private static final int LATENCY = 3;

  private final Core[] cores;
  private final int banks;
  private final int[] last;
  private final int[] taken;
  private final Fifo<Request>[] answers;
  private int firstAnswer;

  long accesses;
  long conflicts;

  @SuppressWarnings({"unchecked", "rawtypes"})
  MapMemory(Core[] cores, int banks) {
    this.cores = cores;
    this.banks = banks;
    last = new int[banks];
    taken = new int[banks];
    answers = new Fifo[banks];
    for (int i = 0; i < banks; i++) {
      answers[i] = new Fifo<>(256);
    }
  }

  void step(long now) {
    Arrays.fill(taken, -1);
    for (int i = 0; i < cores.length; i++) {
      Fifo<Request> requests = cores[i].requests;
      if (requests.isEmpty() || requests.head().ready > now) {
        continue;
      }
      int bank = (int) ((requests.head().word & 0xffff_ffffL) % banks);
      int other = taken[bank];
      if (other >= 0) {
        conflicts++;
      }
      if (other < 0 || distance(i, last[bank]) < distance(other, last[bank])) {
        taken[bank] = i;
      }
    }
    for (int bank = 0; bank < banks; bank++) {
      if (taken[bank] >= 0) {
        last[bank] = taken[bank];
        accesses++;
        take(cores[taken[bank]].requests, bank, now);
      }
    }
    answer(now);
  }

  private int distance(int core, int from) {
    return (core - from - 1 + 2 * cores.length) % cores.length;
  }

  private void take(Fifo<Request> requests, int bank, long now) {
    Request request = requests.head();
    if (--request.words > 0) {
      request.word++;
      return;
    }
    requests.remove();
    request.perform();
    if (request.isPosted()) {
      request.owner().done(request);
    } else {
      request.ready = now + LATENCY;
      answers[bank].add(request);
    }
  }

  private void answer(long now) {
    int done = 0;
    for (int i = 0; i < banks; i++) {
      Fifo<Request> queue = answers[(firstAnswer + i) % banks];
      if (!queue.isEmpty() && queue.head().ready <= now) {
        int core = queue.head().core;
        if ((done >>> core & 1) == 0) {
          done |= 1 << core;
          Request request = queue.remove();
          request.ready = now + 1;
          request.owner().answer(request);
        }
      }
    }
    firstAnswer = (firstAnswer + 1) % banks;
  }
}
