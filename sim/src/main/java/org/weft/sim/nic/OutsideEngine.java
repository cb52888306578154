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

  private final MemoryPort port;
  private final LookupTurns turns;
  private final ArrayDeque<Search> under = new ArrayDeque<>();

  private long free;

  /** Lookups under way that could have found what is gone now. */
  private int old;

  OutsideEngine(Outbox calls, MemoryPort port) {
    turns = new LookupTurns(calls);
    this.port = port;
  }

  /** Calls that were taken. */
  long lookups() {
    return turns.lookups();
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
      beats = (int) MapPlaces.memoryBeats(call.beats);
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
    if (ready == 0 && under.isEmpty() && turns.isIdle()) {
      return;
    }
    boolean hasRoom = under.size() < MOST;
    Request answered = null;
    if (!under.isEmpty() && under.element().done < now) {
      old = Math.max(0, old - 1);
      answered = end(under.remove(), now, forgets);
    }
    Lookup taken = hasRoom && free <= now ? turns.take(ready, now) : null;
    if (taken != null) {
      begin(taken, now);
    }
    turns.step(taken, answered, ready, now);
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

  private void begin(Lookup lookup, long now) {
    Search search = new Search(lookup);
    free = now + search.call.beats;
    under.add(search);
    search.begin(now);
  }
}
