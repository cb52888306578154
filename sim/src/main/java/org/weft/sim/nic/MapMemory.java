package org.weft.sim.nic;

/** The crossbar from cores to the banks of map memory and to the memory port, and both. */
final class MapMemory {
  private static final int LATENCY = 3;
  private static final int ATOMIC_LATENCY = 5;
  private static final int OUTSTANDING = 64;

  private final Outbox requests;
  private final int banks;
  private final int memoryLatency;
  private final int bits;
  private final int[] last;

  /** By bank: the cores whose request it could take in this clock. */
  private final long[] wants;

  /** The cores that had a request taken in this clock. */
  private long served;

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
    this.banks = banks;
    this.memoryLatency = memoryLatency;
    bits = Math.max(1, Integer.numberOfTrailingZeros(banks));
    last = new int[banks];
    wants = new long[banks];
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
    int wanted = 0;
    long outsiders = 0;
    for (long set = requests.waiting(); set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      Request request = requests.head(core);
      if (request.ready > now) {
        continue;
      }
      if (request.word < 0) {
        outsiders |= 1L << core;
        continue;
      }
      int bank = bank(request.word);
      wanted |= 1 << bank;
      wants[bank] |= 1L << core;
    }
    served = 0;
    for (int set = wanted; set != 0; set &= set - 1) {
      take(Integer.numberOfTrailingZeros(set), now);
    }
    if (outsiders != 0 && outside.size() < OUTSTANDING) {
      lastOutside = Outbox.next(outsiders, lastOutside);
      Request request = requests.remove(lastOutside);
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

  /** A bank does the access of a core; loads of the same word by others are answered with it. */
  private void take(int bank, long now) {
    long set = wants[bank];
    wants[bank] = 0;
    conflicts += Long.bitCount(set) - 1;
    int core = Outbox.next(set, last[bank]);
    last[bank] = core;
    Request first = requests.head(core);
    long word = first.word;
    boolean isLoad = first.isLoad();
    access(core, now);
    if (!isLoad) {
      return;
    }
    // A core that another bank has served shows its next request.
    for (long others = requests.waiting() & (set | served) & ~(1L << core); others != 0; ) {
      int other = Long.numberOfTrailingZeros(others);
      others &= others - 1;
      Request request = requests.head(other);
      if (request.ready <= now && request.word == word && request.isLoad()) {
        access(other, now);
      }
    }
  }

  private void access(int core, long now) {
    accesses++;
    served |= 1L << core;
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
