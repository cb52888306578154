package org.weft.compiler.pass;

import org.weft.isa.row.Condition;

/**
 * What is known of a number: unsigned bounds, and the bits that may be set.
 *
 * @param min least value, unsigned
 * @param max greatest value, unsigned
 * @param mask bits that may be one
 */
record Range(long min, long max, long mask) {
  static final Range ANY = new Range(0, -1, -1);

  static Range constant(long value) {
    return new Range(value, value, value);
  }

  static Range upTo(long max) {
    return new Range(0, max, maskOf(max));
  }

  static Range of(long min, long max) {
    return new Range(min, max, maskOf(max));
  }

  private static long maskOf(long max) {
    return max == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(max);
  }

  boolean isConstant() {
    return min == max;
  }

  boolean isEmpty() {
    return Long.compareUnsigned(min, max) > 0;
  }

  Range join(Range other) {
    return new Range(least(min, other.min), greatest(max, other.max), mask | other.mask);
  }

  Range meet(Range other) {
    long most = least(max, other.max);
    return new Range(greatest(min, other.min), most, mask & other.mask & maskOf(most));
  }

  static long least(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  static long greatest(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  /** Whether it fits 31 bits, so that 32-bit and signed comparisons are those of 64 bits. */
  boolean isSmall() {
    return max >= 0 && max <= Integer.MAX_VALUE;
  }

  /** Whether it fits 32 bits. */
  boolean is32() {
    return max >>> 32 == 0;
  }

  /** Whether the sum with a constant never wraps. */
  boolean canAdd(long constant) {
    return constant >= 0
        ? Long.compareUnsigned(max + constant, max) >= 0 && max >= 0
        : Long.compareUnsigned(min, -constant) >= 0;
  }

  /** Whether an unsigned comparison always holds (1), never does (0), or may do both (-1). */
  static int decide(Condition condition, Range a, Range b) {
    return switch (condition) {
      case ALWAYS -> 1;
      case EQ -> equal(a, b);
      case NE -> not(equal(a, b));
      case LT -> less(a, b);
      case GE -> not(less(a, b));
      case GT -> less(b, a);
      case LE -> not(less(b, a));
      case SET -> (a.mask & b.mask) == 0 ? 0 : -1;
      case CLEAR -> (a.mask & b.mask) == 0 ? 1 : -1;
      case SGT, SGE, SLT, SLE -> a.max >= 0 && b.max >= 0 ? decide(unsigned(condition), a, b) : -1;
    };
  }

  static Condition unsigned(Condition condition) {
    return switch (condition) {
      case SGT -> Condition.GT;
      case SGE -> Condition.GE;
      case SLT -> Condition.LT;
      case SLE -> Condition.LE;
      default -> condition;
    };
  }

  private static int not(int decision) {
    return decision < 0 ? decision : 1 - decision;
  }

  private static int equal(Range a, Range b) {
    if (a.isConstant() && b.isConstant() && a.min == b.min) {
      return 1;
    }
    boolean apart =
        Long.compareUnsigned(a.max, b.min) < 0
            || Long.compareUnsigned(b.max, a.min) < 0
            || a.isConstant() && (a.min & ~b.mask) != 0
            || b.isConstant() && (b.min & ~a.mask) != 0;
    return apart ? 0 : -1;
  }

  private static int less(Range a, Range b) {
    if (Long.compareUnsigned(a.max, b.min) < 0) {
      return 1;
    }
    return Long.compareUnsigned(a.min, b.max) >= 0 ? 0 : -1;
  }

  /** What remains of a when the comparison with a constant holds. */
  static Range refine(Condition condition, Range a, long b) {
    return switch (condition) {
      case EQ -> a.meet(new Range(b, b, b));
      case NE ->
          a.min == b && a.max != b
              ? new Range(b + 1, a.max, a.mask)
              : a.max == b && a.min != b ? new Range(a.min, b - 1, a.mask) : a;
      case LT -> b == 0 ? a : a.meet(new Range(0, b - 1, -1));
      case LE -> a.meet(new Range(0, b, -1));
      case GT -> b == -1 ? a : a.meet(new Range(b + 1, -1, -1));
      case GE -> a.meet(new Range(b, -1, -1));
      default -> a;
    };
  }
}
