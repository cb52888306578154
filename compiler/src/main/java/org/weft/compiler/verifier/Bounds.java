package org.weft.compiler.verifier;

/**
 * The least and greatest values of a number of 32 or 64 bits, read as signed and as unsigned. Those
 * of 32 bits are sign-extended and zero-extended to a long, so that both widths share their
 * arithmetic.
 *
 * @param width 32 or 64
 */
record Bounds(int width, long smin, long smax, long umin, long umax) {
  static final Bounds FULL_64 = new Bounds(64, Long.MIN_VALUE, Long.MAX_VALUE, 0, -1);
  static final Bounds FULL_32 =
      new Bounds(32, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 0xffff_ffffL);

  static Bounds full(int width) {
    return width == 64 ? FULL_64 : FULL_32;
  }

  static Bounds of(int width, long value) {
    long signed = width == 64 ? value : (int) value;
    long unsigned = width == 64 ? value : value & 0xffff_ffffL;
    return new Bounds(width, signed, signed, unsigned, unsigned);
  }

  static long min(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
  }

  static long max(long a, long b) {
    return Long.compareUnsigned(a, b) > 0 ? a : b;
  }

  private static boolean above(long a, long b) {
    return Long.compareUnsigned(a, b) > 0;
  }

  boolean isEmpty() {
    return smin > smax || above(umin, umax);
  }

  boolean isConstant() {
    return umin == umax;
  }

  boolean contains(Bounds other) {
    return smin <= other.smin
        && smax >= other.smax
        && !above(umin, other.umin)
        && !above(other.umax, umax);
  }

  Bounds signed(long min, long max) {
    return new Bounds(width, min, max, umin, umax);
  }

  Bounds unsigned(long min, long max) {
    return new Bounds(width, smin, smax, min, max);
  }

  /** All but one number, as far as bounds can say that. */
  Bounds without(long value) {
    long number = width == 64 ? value : (int) value;
    long positive = value & mask();
    return new Bounds(
        width,
        smin == number ? smin + 1 : smin,
        smax == number ? smax - 1 : smax,
        umin == positive ? umin + 1 : umin,
        umax == positive ? umax - 1 : umax);
  }

  /** What both say; may be empty. */
  Bounds and(Bounds other) {
    return new Bounds(
        width,
        Math.max(smin, other.smin),
        Math.min(smax, other.smax),
        max(umin, other.umin),
        min(umax, other.umax));
  }

  /** What the bits say, too. */
  Bounds and(Bits bits) {
    long sign = width == 64 ? Long.MIN_VALUE : 0x8000_0000L;
    long must = bits.value();
    long may = bits.max();
    long least = bits.value() | bits.mask() & sign;
    long most = bits.value() | bits.mask() & ~sign;
    return new Bounds(
        width,
        Math.max(smin, width == 64 ? least : (int) least),
        Math.min(smax, width == 64 ? most : (int) most),
        max(umin, must),
        min(umax, may));
  }

  /** Carries what signed bounds say of unsigned ones and the other way; may be empty. */
  Bounds consistent() {
    Bounds bounds = this;
    long lowestNegative = width == 64 ? Long.MIN_VALUE : 0x8000_0000L;
    long mask = mask();
    if (!above(umin, umax) && (above(lowestNegative, umax) || !above(lowestNegative, umin))) {
      // Unsigned bounds on one side of the sign: the same numbers, read as signed.
      long low = width == 64 ? umin : (int) umin;
      long high = width == 64 ? umax : (int) umax;
      bounds = bounds.signed(Math.max(smin, low), Math.min(smax, high));
    }
    if (bounds.smin <= bounds.smax && (bounds.smin >= 0 || bounds.smax < 0)) {
      bounds =
          bounds.unsigned(
              max(bounds.umin, bounds.smin & mask), min(bounds.umax, bounds.smax & mask));
    } else if (bounds.smin < 0 && bounds.smax >= 0) {
      bounds = bounds.acrossZero(mask);
    }
    return bounds;
  }

  /** Signed bounds on both sides of zero, unsigned ones on both sides of the sign. */
  private Bounds acrossZero(long mask) {
    if (above(umin, smax)) {
      // No number from 0 to smax: all are negative.
      long low = max(umin, smin & mask);
      return new Bounds(width, width == 64 ? low : (int) low, -1, low, umax);
    }
    if (above(smin & mask, umax)) {
      return new Bounds(width, 0, smax, umin, min(umax, smax));
    }
    return this;
  }

  private long mask() {
    return width == 64 ? -1 : 0xffff_ffffL;
  }

  private boolean fits(long signed) {
    return width == 64 || signed == (int) signed;
  }

  Bounds plus(Bounds other) {
    return sum(
        smin + other.smin,
        smax + other.smax,
        overflows(smin, other.smin, smin + other.smin)
            || overflows(smax, other.smax, smax + other.smax),
        umin + other.umin,
        umax + other.umax,
        carries(umin, umin + other.umin),
        carries(umax, umax + other.umax));
  }

  Bounds minus(Bounds other) {
    return sum(
        smin - other.smax,
        smax - other.smin,
        overflows(smin, ~other.smax, smin - other.smax)
            || overflows(smax, ~other.smin, smax - other.smin),
        umin - other.umax,
        umax - other.umin,
        above(other.umax, umin),
        above(other.umin, umax));
  }

  private Bounds sum(
      long low, long high, boolean overflow, long least, long most, boolean first, boolean last) {
    Bounds full = full(width);
    boolean signed = !overflow && fits(low) && fits(high);
    boolean unsigned = first == last;
    long mask = mask();
    return new Bounds(
        width,
        signed ? low : full.smin,
        signed ? high : full.smax,
        unsigned ? least & mask : full.umin,
        unsigned ? most & mask : full.umax);
  }

  private boolean overflows(long a, long b, long sum) {
    return width == 64 && ((a ^ sum) & (b ^ sum)) < 0;
  }

  private boolean carries(long a, long sum) {
    return width == 64 ? above(a, sum) : sum >>> 32 != 0;
  }

  Bounds times(Bounds other) {
    Bounds result = full(width);
    boolean large =
        width == 64
            ? Math.multiplyHigh(umax, other.umax) != 0 || umax < 0 || other.umax < 0
            : umax * other.umax >>> 32 != 0;
    if (!large) {
      result = result.unsigned(umin * other.umin, umax * other.umax);
    }
    long low = Long.MAX_VALUE;
    long high = Long.MIN_VALUE;
    for (long a : new long[] {smin, smax}) {
      for (long b : new long[] {other.smin, other.smax}) {
        long product = a * b;
        if (Math.multiplyHigh(a, b) != product >> 63 || !fits(product)) {
          return result;
        }
        low = Math.min(low, product);
        high = Math.max(high, product);
      }
    }
    return result.signed(low, high);
  }

  /** Shifted left by a number in these bounds, which is less than the width. */
  Bounds shiftLeft(Bounds by) {
    Bounds result = full(width);
    if (above(umax, full(width).umax >>> by.umax)) {
      return result;
    }
    return result.unsigned(umin << by.umin, umax << by.umax);
  }

  Bounds shiftRight(Bounds by) {
    return full(width).unsigned(umin >>> by.umax, umax >>> by.umin);
  }

  Bounds shiftRightSigned(Bounds by) {
    long low = smin < 0 ? smin >> by.umin : smin >> by.umax;
    long high = smax < 0 ? smax >> by.umax : smax >> by.umin;
    return full(width).signed(low, high);
  }

  Bounds dividedBy(long divisor) {
    return full(width)
        .unsigned(Long.divideUnsigned(umin, divisor), Long.divideUnsigned(umax, divisor));
  }
}
