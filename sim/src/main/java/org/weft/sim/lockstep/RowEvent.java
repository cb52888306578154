package org.weft.sim.lockstep;

/**
 * A row in its memory stage.
 *
 * @param clock clocks since the batch began, below 2^30
 * @param core the core, below 64
 * @param thread context of the core, below 64
 * @param row its place in row memory, below 2^20
 * @param executed whether it was executed; it is issued again later if not
 */
record RowEvent(long clock, int core, int thread, int row, boolean executed) {
  private static final int ROW_BITS = 20;
  private static final int NUMBER_BITS = 6;
  private static final int THREAD_AT = 1 + ROW_BITS;
  private static final int CORE_AT = THREAD_AT + NUMBER_BITS;
  private static final int CLOCK_AT = CORE_AT + NUMBER_BITS;

  /** The same as one number, as {@code nic.cpp} has it: those of later clocks are larger. */
  long packed() {
    return clock << CLOCK_AT
        | (long) core << CORE_AT
        | (long) thread << THREAD_AT
        | (long) row << 1
        | (executed ? 1 : 0);
  }

  static RowEvent of(long packed) {
    return new RowEvent(
        packed >>> CLOCK_AT,
        field(packed, CORE_AT, NUMBER_BITS),
        field(packed, THREAD_AT, NUMBER_BITS),
        field(packed, 1, ROW_BITS),
        (packed & 1) != 0);
  }

  private static int field(long packed, int at, int bits) {
    return (int) (packed >>> at) & (1 << bits) - 1;
  }

  boolean isOf(int someCore, long someClock) {
    return core == someCore && clock == someClock;
  }

  /** For messages. */
  String text() {
    return "thread " + thread + (executed ? " executes row " : " has to repeat row ") + row;
  }
}
