package org.weft.sim.nic;

import org.weft.sim.map.PrefixTable;

/**
 * Makes of lookups in tries searches for prefixes of the lengths that occur, longest first, which a
 * table engine takes as lookups from one more core.
 */
final class TrieProbes {
  /** Clocks from the choice of a length to when its search can be taken. */
  private static final int STAGES = 5;

  private static final int LENGTHS_IN_ROW = 32;

  /** The last one can be taken. */
  private final Probe[] pipe = new Probe[STAGES];

  private int under;

  /** The lookup whose lengths are being chosen, or null; its trie, the length of its key. */
  private Request call;

  private PrefixTable trie;
  private int length;

  /** Whether it was taken in the clock before; whether it is answered. */
  private boolean loading;

  private boolean halted;

  /** The row of lengths, those in it still to be tried, the row behind it as it was a clock ago. */
  private int row;

  private int rest;
  private int next;

  /** Words of its key, and how many of them have been hashed for this length. */
  private int words;

  private int word;

  /** Whether nothing is to be done here. */
  boolean isIdle() {
    return call == null && under == 0;
  }

  /** The search that can be taken, or null. */
  Probe offered() {
    return pipe[STAGES - 1];
  }

  /**
   * A clock.
   *
   * @param taken whether the search that was offered is taken
   * @param answered the lookup that is answered in this clock, or null
   * @return whether another lookup can be taken
   */
  boolean step(boolean taken, Request answered) {
    boolean free = call == null;
    boolean advances = offered() == null || taken;
    Probe chosen = null;
    if (loading) {
      loading = false;
      load(0);
    } else if (call != null) {
      halted |= answered == call;
      if (halted && word == 0) {
        call = null;
      } else if (advances) {
        chosen = choose();
        free = call == null;
      }
    }
    if (advances && (under > 0 || chosen != null)) {
      shift(chosen);
    }
    if (call != null) {
      next = trie.lengths(row + 1);
    }
    return free;
  }

  private void shift(Probe chosen) {
    under -= pipe[STAGES - 1] == null ? 0 : 1;
    System.arraycopy(pipe, 0, pipe, 1, STAGES - 1);
    pipe[0] = chosen;
    under += chosen == null ? 0 : 1;
  }

  /** The next lookup. */
  void take(Request newCall) {
    call = newCall;
    trie = call.trie();
    length = trie.lengthOf(call.key());
    words = (call.map().keyBytes() + 7) / 8;
    word = 0;
    loading = true;
    halted = false;
    next = trie.lengths(0);
  }

  /** Lengths from its own on, in a row. */
  private void load(int newRow) {
    row = newRow;
    int first = trie.longest() - length - row * LENGTHS_IN_ROW;
    int allowed = first >= LENGTHS_IN_ROW || length < 0 ? 0 : first <= 0 ? -1 : -1 << first;
    rest = next & allowed;
  }

  private Probe choose() {
    boolean isLastRow = length < 0 || row == trie.longest() / LENGTHS_IN_ROW;
    if (rest == 0 && !isLastRow) {
      load(row + 1);
      return null;
    }
    word++;
    if (word < words) {
      return null;
    }
    word = 0;
    int which =
        rest == 0
            ? Core.NONE
            : trie.longest() - row * LENGTHS_IN_ROW - Integer.numberOfTrailingZeros(rest);
    rest &= rest - 1;
    boolean isLast = rest == 0 && isLastRow;
    Probe probe = new Probe(call, which, isLast);
    if (isLast || halted) {
      call = null;
    } else if (rest == 0) {
      load(row + 1);
    }
    return probe;
  }
}
