package org.weft.sim.nic;

import java.util.ArrayDeque;
import org.weft.sim.map.PrefixTable;
import org.weft.sim.map.Table;

/**
 * Looks keys up behind the memory port, for all cores: buckets, then keys whose tag is the same,
 * one after the other. Lookups end in their order. See docs/microarchitecture.md, [T7].
 */
final class OutsideEngine {
  /** Lookups that can be under way. */
  private static final int MOST = 32;

  /** Clocks from when a lookup is taken to when its buckets can be asked for. */
  private static final int HASHED = 2;

  /** From when a lookup ends to when its answer is there. */
  private static final int ANSWERED = 2;

  /** Beats of 16 bytes in one of memory. */
  private static final int BEATS = 4;

  private final MemoryPort port;
  private final Outbox calls;
  private final TrieProbes probes = new TrieProbes();
  private final ArrayDeque<Search> under = new ArrayDeque<>();

  /** The core that was served last, and whether a search in a trie was; the last one in a trie. */
  private int last;

  private boolean lastIsProbe;
  private int lastInTrie;

  /** By core: the clock from which on the beats of the key that was taken last have come. */
  private final long[] come = new long[Long.SIZE];

  private long free;

  /** Lookups under way that could have found what is gone now. */
  private int old;

  private long lookups;
  private long compared;

  OutsideEngine(Outbox calls, MemoryPort port) {
    this.calls = calls;
    this.port = port;
  }

  /** Calls that were taken. */
  long lookups() {
    return lookups;
  }

  /** Keys that were compared though they were others. */
  long compared() {
    return compared;
  }

  /** A lookup on its way, or one of those for a lookup in a trie. */
  private final class Search {
    final Lookup lookup;
    final Request call;
    final Table table;
    final int length;
    final boolean isProbe;
    final boolean isNone;
    final int beats;

    /** What was found in the buckets, and how many other keys are compared before. */
    private int entry = Core.NONE;

    private int vain;
    private long done = Long.MAX_VALUE;
    private int used = Core.NONE;

    Search(Lookup lookup) {
      this.lookup = lookup;
      isProbe = lookup instanceof Probe;
      call = isProbe ? ((Probe) lookup).call : (Request) lookup;
      length = isProbe ? ((Probe) lookup).length : 0;
      isNone = isProbe && length < 0;
      table = call.map().table();
      beats = (call.beats + BEATS - 1) / BEATS;
    }

    private void begin(long now) {
      port.read(MemoryPort.Reader.BUCKETS, bucket(false), now + HASHED);
      port.read(MemoryPort.Reader.BUCKETS, bucket(true), now + HASHED);
    }

    private MemoryPort.Read bucket(boolean odd) {
      return new MemoryPort.Read() {
        @Override
        void happens(long now) {
          look(odd);
        }

        @Override
        void seen(long now) {
          if (odd) {
            decide(now);
          }
        }
      };
    }

    private void look(boolean odd) {
      if (entry < 0 && !isNone) {
        entry =
            isProbe
                ? ((PrefixTable) table).probeBucket(call.key(), length, odd)
                : table.searchBucket(call.key(), 0, odd);
        vain += table.falseMatches();
      }
      if (odd && !isProbe) {
        table.decide(entry);
        call.perform();
        used = table.takeUse();
      }
    }

    /** Both buckets, or a key, were looked at: a key is next, or it is done. */
    private void decide(long now) {
      if (vain == 0 && entry < 0) {
        done = now;
        return;
      }
      for (int i = 0; i < beats; i++) {
        boolean isLast = i == beats - 1;
        MemoryPort.Read key =
            new MemoryPort.Read() {
              @Override
              void seen(long then) {
                if (isLast) {
                  compared(then);
                }
              }
            };
        port.read(MemoryPort.Reader.KEYS, key, now + 1);
      }
    }

    private void compared(long now) {
      if (vain == 0) {
        done = now;
      } else {
        vain--;
        compared++;
        decide(now);
      }
    }
  }

  /**
   * A clock.
   *
   * @param ready the cores that have a call that can be taken, as a set
   * @param forgets whether the bits of used entries are written otherwise in this clock
   */
  void step(long now, long ready, boolean forgets) {
    if (ready == 0 && under.isEmpty() && probes.isIdle()) {
      return;
    }
    boolean hasRoom = under.size() < MOST;
    Request answered = null;
    if (!under.isEmpty() && under.element().done < now) {
      old = Math.max(0, old - 1);
      answered = end(under.remove(), now, forgets);
    }
    boolean isTaken = hasRoom && free <= now && take(ready, now);
    if (ready != 0 || !probes.isIdle()) {
      if (probes.step(isTaken && lastIsProbe, answered) && ready != 0) {
        takeInTrie(ready, now);
      }
    }
  }

  /** The lookup in a trie that is answered, or null. */
  private Request end(Search search, long now, boolean forgets) {
    if (!search.isProbe) {
      if (search.used >= 0 && !forgets) {
        search.table.use(search.used);
      }
      search.call.answer(now + ANSWERED + 1);
      return null;
    }
    Probe probe = (Probe) search.lookup;
    if (search.call.isDecided || search.entry < 0 && !probe.last) {
      return null;
    }
    search.call.isDecided = true;
    search.table.decide(search.entry);
    search.call.perform();
    search.call.answer(now + ANSWERED + 1);
    return search.call;
  }

  /** Something is gone that lookups under way could have found. */
  void remove() {
    old = under.size();
  }

  /** Whether all of those have ended. */
  boolean isQuiet() {
    return old == 0;
  }

  /** The cores in turn, behind the last one searches in tries. */
  private boolean take(long waiting, long now) {
    long after = lastIsProbe ? waiting : last == 63 ? 0 : waiting & -2L << last;
    if (takeFrom(after, now)) {
      return true;
    }
    if (probes.offered() != null) {
      lastIsProbe = true;
      begin(probes.offered(), now);
      return true;
    }
    return takeFrom(waiting & ~after, now);
  }

  private boolean takeFrom(long cores, long now) {
    int core = next(cores, now, false);
    if (core < 0) {
      return false;
    }
    lookups++;
    last = core;
    lastIsProbe = false;
    begin(remove(core, now), now);
    return true;
  }

  private void begin(Lookup lookup, long now) {
    Search search = new Search(lookup);
    free = now + search.call.beats;
    under.add(search);
    search.begin(now);
  }

  private void takeInTrie(long waiting, long now) {
    long after = lastInTrie == 63 ? 0 : waiting & -2L << lastInTrie;
    int core = next(after, now, true);
    core = core < 0 ? next(waiting & ~after, now, true) : core;
    if (core >= 0) {
      lookups++;
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
    Request request = calls.remove(core);
    come[core] = now + request.beats;
    return request;
  }
}
