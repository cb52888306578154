package org.weft.sim.nic;

/**
 * Words of map memory that are written, or read, for a job: a value, or all copies of one, a word
 * in each clock in which its turn is.
 */
final class WordMove {
  private long word;
  private int words;

  /** How many more are in one copy, how many there are in each, and how far the next one is. */
  private int runLeft;

  private int run;
  private long gap;
  private long from;
  private long moved;

  private TableJob job;
  private int target;
  private int ownRun;
  private int done;

  /**
   * Begins with so many values of so many words, so far apart, from a clock on.
   *
   * @param newJob whose words they are; null when they are moved at once, by who asked for it
   * @param newTarget the offset of the first value in the map's values
   * @param own which of the values is the job's; the others are written as zero
   */
  void begin(
      TableJob newJob,
      long firstWord,
      int valueWords,
      int values,
      long distance,
      int newTarget,
      int own,
      long newFrom) {
    job = newJob;
    word = firstWord;
    words = valueWords * values;
    run = valueWords;
    runLeft = run;
    gap = distance - run;
    from = newFrom;
    moved = newFrom;
    target = newTarget;
    ownRun = own;
    done = 0;
  }

  /** Whether a word has its turn. */
  boolean isDue(long now) {
    return words > 0 && from <= now;
  }

  /** Whether the last of them is where it belongs. */
  boolean hasMoved(long now) {
    return words == 0 && moved <= now;
  }

  /**
   * Moves a word.
   *
   * @return which one; below zero it is behind the memory port, and there it takes so many clocks
   */
  long move(long now, int latency) {
    words--;
    if (job != null) {
      move();
    }
    done++;
    if (word < 0) {
      moved = now + latency;
      if (words == 0 && job != null) {
        job.moved(moved);
      }
      return word;
    }
    moved = now + 1;
    long at = word++;
    if (--runLeft == 0) {
      runLeft = run;
      word += gap;
    }
    if (words == 0 && job != null) {
      job.moved(now);
    }
    return at;
  }

  private void move() {
    int at = target + Long.BYTES * done;
    if (job.reads()) {
      job.take(done, job.map().word(at));
    } else {
      job.map().put(at, done / run == ownRun ? job.word(done % run) : 0);
    }
  }
}
