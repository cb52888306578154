package org.weft.sim.nic;

/**
 * Which lookup an engine takes next: cores in turn, and as if from one more core behind the last
 * one the searches of lookups in tries. Of a core the next one can be taken when the beats of the
 * key before it have come.
 */
final class LookupTurns {
  private final Outbox calls;
  private final TrieProbes probes = new TrieProbes();

  /** The core that was served last, and whether a search in a trie was; the last one in a trie. */
  private int last;

  private boolean lastIsProbe;
  private int lastInTrie;

  /** By core: the clock from which on the beats of the key that was taken last have come. */
  private final long[] come = new long[Long.SIZE];

  private long lookups;

  LookupTurns(Outbox calls) {
    this.calls = calls;
  }

  /** Calls that were taken. */
  long lookups() {
    return lookups;
  }

  /** Whether no search in a trie is on its way to the engine. */
  boolean isIdle() {
    return probes.isIdle();
  }

  /**
   * The lookup whose turn it is, or null.
   *
   * @param waiting the cores that have a call that can be taken, as a set
   */
  Lookup take(long waiting, long now) {
    long after = lastIsProbe ? waiting : last == 63 ? 0 : waiting & -2L << last;
    Request behind = takeFrom(after, now);
    if (behind != null) {
      return behind;
    }
    if (probes.offered() != null) {
      lastIsProbe = true;
      return probes.offered();
    }
    return takeFrom(waiting & ~after, now);
  }

  private Request takeFrom(long cores, long now) {
    int core = next(cores, now, false);
    if (core < 0) {
      return null;
    }
    last = core;
    lastIsProbe = false;
    return remove(core, now);
  }

  /**
   * A clock of lookups in tries, when the engine has taken what it takes in it.
   *
   * @param taken what that is, or null
   * @param answered the lookup in a trie that is answered in this clock, or null
   * @param waiting as in {@link #take}
   */
  void step(Lookup taken, Request answered, long waiting, long now) {
    if (waiting == 0 && probes.isIdle()) {
      return;
    }
    if (probes.step(taken instanceof Probe, answered) && waiting != 0) {
      takeInTrie(waiting, now);
    }
  }

  private void takeInTrie(long waiting, long now) {
    long after = lastInTrie == 63 ? 0 : waiting & -2L << lastInTrie;
    int core = next(after, now, true);
    core = core < 0 ? next(waiting & ~after, now, true) : core;
    if (core >= 0) {
      probes.take(remove(core, now));
      lastInTrie = core;
    }
  }

  /** The first core of a set whose oldest call can be taken and is for a trie, or is not; or -1. */
  private int next(long cores, long now, boolean inTrie) {
    for (long set = cores; set != 0; set &= set - 1) {
      int core = Long.numberOfTrailingZeros(set);
      if (come[core] <= now && calls.head(core).trie() != null == inTrie) {
        return core;
      }
    }
    return Core.NONE;
  }

  private Request remove(int core, long now) {
    lookups++;
    Request request = calls.remove(core);
    come[core] = now + request.beats;
    return request;
  }
}
