package org.weft.sim.trace;

/**
 * The clock of an interface in pcapng.
 *
 * @param resolution {@code if_tsresol}: the negative exponent of 10, or with bit 7 set of 2
 * @param offsetSeconds {@code if_tsoffset}: seconds to add
 */
record Clock(int resolution, long offsetSeconds) {
  /** The resolution when none is given. */
  static final int MICROSECONDS = 6;

  private static final int BINARY = 0x80;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long[] POWERS_OF_TEN = new long[19];

  static {
    POWERS_OF_TEN[0] = 1;
    for (int i = 1; i < POWERS_OF_TEN.length; i++) {
      POWERS_OF_TEN[i] = 10 * POWERS_OF_TEN[i - 1];
    }
  }

  /** Whether ticks of this resolution can be turned into nanoseconds. */
  static boolean isKnown(int resolution) {
    return (resolution & BINARY) != 0 ? (resolution & ~BINARY) <= 62 : resolution <= 18;
  }

  /** Nanoseconds since 1970 after an unsigned number of ticks, rounded down. */
  long nanos(long ticks) {
    if (resolution == 9) {
      return ticks + offsetSeconds * NANOS_PER_SECOND;
    }
    if ((resolution & BINARY) != 0) {
      int shift = resolution & ~BINARY;
      long fraction = ticks & (1L << shift) - 1;
      long high = Math.multiplyHigh(fraction, NANOS_PER_SECOND);
      long low = fraction * NANOS_PER_SECOND;
      long nanos = shift == 0 ? 0 : high << 64 - shift | low >>> shift;
      return ((ticks >>> shift) + offsetSeconds) * NANOS_PER_SECOND + nanos;
    }
    long nanos =
        resolution < 9
            ? ticks * POWERS_OF_TEN[9 - resolution]
            : Long.divideUnsigned(ticks, POWERS_OF_TEN[resolution - 9]);
    return nanos + offsetSeconds * NANOS_PER_SECOND;
  }
}
