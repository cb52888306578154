package org.weft.sim.nic;

/**
 * Words of map memory that are written, or read, for a job: a value, or all copies of one, a word
 * in each clock in which its turn is.
 */
final class WordMove {
  private long word;
  private int words;

  /** From the clock in which a word from outside is there to the one in which that is seen. */
  private static final int READ_CLOCKS = 2;

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

  /** The word that is next; below zero it is behind the memory port. */
  long word() {
    return word;
  }

  /** Whether words are read and not written. */
  boolean reads() {
    return job != null && job.reads();
  }

  /** Moves a word of map memory, at once. */
  void move(long now) {
    if (job != null) {
      int at = target + Long.BYTES * done;
      if (job.reads()) {
        job.take(done, job.map().word(at));
      } else {
        job.map().put(at, given());
      }
    }
    next();
    moved = now + 1;
    if (words == 0 && job != null) {
      job.moved(now);
    }
  }

  /**
   * Moves a word behind the memory port: what is written is in its place for all who access it
   * later; what is read has to come.
   *
   * @return what is done when its turn has come
   */
  MemoryPort.Access moveOutside(long now) {
    TableJob its = job;
    int number = done;
    int at = target + Long.BYTES * done;
    boolean isRead = reads();
    long data = its == null || isRead ? 0 : given();
    next();
    boolean isLast = words == 0;
    moved = isRead ? Long.MAX_VALUE : now + 1;
    if (isLast && its != null && !isRead) {
      its.moved(now);
    }
    return then -> {
      if (isRead) {
        its.take(number, its.map().word(at));
      } else if (its != null) {
        its.map().put(at, data);
      }
      if (isRead && isLast) {
        moved = then + READ_CLOCKS;
        its.hasCome(then);
      }
    };
  }

  private long given() {
    return done / run == ownRun ? job.word(done % run) : 0;
  }

  private void next() {
    words--;
    done++;
    word++;
    if (--runLeft == 0) {
      runLeft = run;
      word += gap;
    }
  }
}
