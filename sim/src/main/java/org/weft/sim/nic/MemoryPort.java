package org.weft.sim.nic;

import java.util.ArrayDeque;
import java.util.Arrays;

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

  /** The clock from which on it may be: tables go before values. */
  private long free;

  MemoryPort(int latency) {
    this.latency = latency;
    Arrays.fill(words, -1);
  }

  int latency() {
    return latency;
  }

  /** Whether an access can be taken in the clock that {@link #step} has begun. */
  boolean hasRoom(long now) {
    return hasRoom && free <= now;
  }

  /** Beats for tables, from the next clock on. */
  void reserve(int beats, long now) {
    free = Math.max(free, now + 1) + beats;
  }

  void take(long word, boolean changes, Access access, long now) {
    entries.add(new Claim(word, changes, access, now));
    hasRoom = false;
  }

  /** Whether memory knows, at the end of a clock, all that was stored. */
  boolean isQuiet(long now) {
    return entries.isEmpty() && undone.isEmpty() && lastAnswered <= now;
  }

  /** A clock begins: what was read comes, and the next access is claimed. */
  void step(long now) {
    hasRoom = entries.size() < ENTRIES;
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
    if (!entries.isEmpty() && entries.element().taken < now && reads.size() < READS) {
      claim(now);
    }
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
