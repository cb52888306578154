package org.weft.sim.nic;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The way to memory outside: accesses of words, one a clock and in one order, of which each reads
 * its word and is done so long after it was claimed as the memory takes. See
 * docs/microarchitecture.md, [V5].
 */
final class MemoryPort {
  /** What is done with a word. */
  interface Access {
    /** Its turn has come; what others did before is done. */
    void done(long now);
  }

  /** A beat that a table reads. */
  abstract static class Read {
    /** The clock from which on it may be asked for, and the one in which it was. */
    long from;

    long asked;

    /** What it shows is what memory holds in this clock. */
    void happens(long now) {}

    /** It has come, and was looked at. */
    void seen(long now) {}
  }

  /** A word that a table writes. */
  abstract static class Write {
    long from;
    long asked;

    /** Whether all that was written before has to be answered. */
    boolean isAlone;

    /** Memory holds it from this clock on. */
    abstract void answered(long now);
  }

  /** Who reads beats for tables, those who are first first: keys, buckets, what the writer asks. */
  enum Reader {
    KEYS,
    BUCKETS,
    WRITER
  }

  /** Accesses that were taken and are not claimed; that are claimed and whose word has not come. */
  private static final int ENTRIES = 4;

  private static final int READS = 64;

  /** Changes that were claimed and that memory has not answered. */
  private static final int CHANGES = 128;

  private static final int PLACE_BITS = 8;
  private static final int PLACES = 1 << PLACE_BITS;

  /**
   * Clocks beside those of the memory: from the one in which a word is claimed to the one in which
   * it comes, is operated on, and is done; and to the one, in addition to twice the memory's, in
   * which memory has answered a change.
   */
  private static final int COMES = 1;

  private static final int OPERATES = 3;
  private static final int DONE = 4;
  private static final int ANSWERED = 4;

  /**
   * Of a beat of a table: clocks from when it was asked for, beside the memory's, until it has come
   * and until it was looked at; of a word that is written until it is answered.
   */
  static final int BEAT_COMES = 1;

  static final int BEAT_SEEN = 3;
  private static final int WRITTEN = 1;

  /** An access on its way. */
  private static final class Claim {
    final long word;
    final boolean changes;
    final Access access;
    final long taken;
    long claimed;
    boolean holds;

    Claim(long word, boolean changes, Access access, long taken) {
      this.word = word;
      this.changes = changes;
      this.access = access;
      this.taken = taken;
    }

    int place() {
      long folded = 0;
      for (long rest = word & Long.MAX_VALUE; rest != 0; rest >>>= PLACE_BITS) {
        folded ^= rest;
      }
      return (int) folded & PLACES - 1;
    }
  }

  private final int latency;
  private final ArrayDeque<Claim> entries = new ArrayDeque<>();

  /** Claimed ones by what is the next to happen to them. */
  private final ArrayDeque<Claim> reads = new ArrayDeque<>();

  private final ArrayDeque<Claim> undone = new ArrayDeque<>();
  private final ArrayDeque<Claim> leaving = new ArrayDeque<>();
  private final ArrayDeque<Claim> changes = new ArrayDeque<>();

  /** By place: accesses that hold it, and the word that they are of. */
  private final int[] holders = new int[PLACES];

  private final long[] words = new long[PLACES];

  /** The clock in which memory answers the last change that was claimed. */
  private long lastAnswered;

  /** Whether one more can be taken in this clock. */
  private boolean hasRoom = true;

  /** Beats and words of tables: that wait, that memory has not looked at, that have not come. */
  private final List<ArrayDeque<Read>> beats = new ArrayList<>();

  private final ArrayDeque<Read> happening = new ArrayDeque<>();
  private final ArrayDeque<Read> coming = new ArrayDeque<>();
  private final ArrayDeque<Write> writes = new ArrayDeque<>();
  private final ArrayDeque<Write> written = new ArrayDeque<>();
  private long lastWritten;

  /** Whether anything was ever asked of it: machines whose maps all fit ask nothing. */
  private boolean isUsed;

  MemoryPort(int latency) {
    this.latency = latency;
    Arrays.fill(words, -1);
    for (int i = 0; i < Reader.values().length; i++) {
      beats.add(new ArrayDeque<>());
    }
  }

  int latency() {
    return latency;
  }

  /** Whether an access can be taken in the clock that {@link #step} has begun. */
  boolean hasRoom() {
    return hasRoom;
  }

  /** A table reads a beat, not before a clock. */
  void read(Reader who, Read read, long from) {
    isUsed = true;
    read.from = from;
    beats.get(who.ordinal()).add(read);
  }

  /** A table writes a word, not before a clock, and in the order of those that it writes. */
  void write(Write write, long from) {
    isUsed = true;
    write.from = from;
    writes.add(write);
  }

  /** The same, when all those before are answered. */
  void writeAlone(Write write, long from) {
    write.isAlone = true;
    write(write, from);
  }

  void take(long word, boolean changes, Access access, long now) {
    isUsed = true;
    entries.add(new Claim(word, changes, access, now));
    hasRoom = false;
  }

  /** Whether memory knows, at the end of a clock, all that was stored. */
  boolean isQuiet(long now) {
    return entries.isEmpty()
        && undone.isEmpty()
        && lastAnswered <= now
        && writes.isEmpty()
        && written.isEmpty();
  }

  /** A clock begins: what was read comes, and the next access is claimed. */
  void step(long now) {
    if (!isUsed) {
      return;
    }
    hasRoom = entries.size() < ENTRIES;
    while (!written.isEmpty() && written.element().asked + latency + WRITTEN <= now) {
      written.remove().answered(now);
      lastWritten = now;
    }
    while (!undone.isEmpty() && undone.element().claimed + latency + DONE <= now) {
      undone.remove().access.done(now);
    }
    while (!reads.isEmpty() && reads.element().claimed + latency + COMES < now) {
      reads.remove();
    }
    while (!leaving.isEmpty() && leaving.element().claimed + latency + OPERATES < now) {
      leave(leaving.remove());
    }
    while (!changes.isEmpty() && changes.element().claimed + 2L * latency + ANSWERED < now) {
      leave(changes.remove());
    }
    while (!happening.isEmpty() && happening.element().asked < now) {
      happening.remove().happens(now);
    }
    while (!coming.isEmpty() && coming.element().asked + latency + BEAT_SEEN <= now) {
      coming.remove().seen(now);
    }
    if (!writes.isEmpty() && writes.element().from <= now && !stores(now) && mayBeWritten(now)) {
      Write write = writes.remove();
      write.asked = now;
      written.add(write);
    }
    if (!readBeat(now)
        && !entries.isEmpty()
        && entries.element().taken < now
        && reads.size() < READS) {
      claim(now);
    }
  }

  private boolean mayBeWritten(long now) {
    return !writes.element().isAlone || written.isEmpty() && lastWritten < now;
  }

  /** Whether a word that was changed leaves in this clock. */
  private boolean stores(long now) {
    Claim next = undone.peek();
    return next != null && next.changes && next.claimed + latency + OPERATES == now;
  }

  private boolean readBeat(long now) {
    for (ArrayDeque<Read> queue : beats) {
      if (!queue.isEmpty() && queue.element().from <= now) {
        Read read = queue.remove();
        read.asked = now;
        happening.add(read);
        coming.add(read);
        return true;
      }
    }
    return false;
  }

  private void leave(Claim claim) {
    if (claim.holds) {
      holders[claim.place()]--;
    }
  }

  private void claim(long now) {
    Claim next = entries.element();
    int place = next.place();
    boolean isFree = holders[place] == 0;
    boolean isHere = !isFree && words[place] == next.word;
    if (next.changes && (changes.size() == CHANGES || !isFree && !isHere)) {
      return;
    }
    entries.remove();
    next.claimed = now;
    next.holds = next.changes || isHere;
    if (next.holds) {
      holders[place]++;
      words[place] = next.word;
    }
    if (next.changes) {
      lastAnswered = now + 2L * latency + ANSWERED;
    }
    reads.add(next);
    undone.add(next);
    (next.changes ? changes : leaving).add(next);
  }
}
