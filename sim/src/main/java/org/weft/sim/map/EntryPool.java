package org.weft.sim.map;

import java.util.Arrays;

/**
 * Which entries of a hash map are free, and which one a value is put in: what programs see that
 * still hold the address of an old value.
 */
final class EntryPool {
  /** Where the next value is put. */
  enum Reuse {
    /** A preallocated map: each CPU swaps the old value's entry with a spare one. */
    SPARE,
    /** The entry that was freed last. */
    LAST_FREED,
    /** The entry that was freed first, and not soon: Linux waits for all CPUs. */
    FIRST_FREED
  }

  static final int NONE = -1;

  /** Entries that stay free as long as there are new ones, where reuse waits. */
  private static final int GRACE_ENTRIES = 64;

  private final Reuse reuse;
  private final int limit;
  private final int[] spares;
  private int[] next = new int[0];
  private int used;
  private int head = NONE;
  private int tail = NONE;
  private int free;

  EntryPool(Reuse reuse, int limit, int cpus) {
    this.reuse = reuse;
    this.limit = limit;
    spares = new int[cpus];
    Arrays.fill(spares, NONE);
  }

  /** Entries that were in use at some time: all below this number. */
  int used() {
    return used;
  }

  /** The entry that {@link #take} will give. */
  int first() {
    return takesNew() ? used : head;
  }

  private boolean takesNew() {
    boolean wanted = head == NONE || reuse == Reuse.FIRST_FREED && free < GRACE_ENTRIES;
    return wanted && used < limit;
  }

  int take() {
    if (takesNew()) {
      return takeNew();
    }
    int entry = head;
    free--;
    head = next[entry];
    if (head == NONE) {
      tail = NONE;
    }
    return entry;
  }

  private int takeNew() {
    if (used == next.length) {
      next = Arrays.copyOf(next, (int) Math.min(limit, Math.max(16, 2L * used)));
    }
    return used++;
  }

  void give(int entry) {
    free++;
    if (reuse == Reuse.FIRST_FREED && head != NONE) {
      next[tail] = entry;
      next[entry] = NONE;
      tail = entry;
      return;
    }
    next[entry] = head;
    head = entry;
    if (tail == NONE) {
      tail = entry;
    }
  }

  /** The entry that {@link #replace} will give. */
  int replacement(int cpu) {
    if (reuse != Reuse.SPARE) {
      return first();
    }
    return spares[cpu] == NONE ? used : spares[cpu];
  }

  /** An entry for the new value of one that has an old value in another, which becomes free. */
  int replace(int old, int cpu) {
    int entry;
    if (reuse == Reuse.SPARE) {
      entry = spares[cpu] == NONE ? takeNew() : spares[cpu];
      spares[cpu] = old;
    } else {
      entry = take();
      give(old);
    }
    return entry;
  }
}
