package org.weft.compiler.verifier;

/**
 * What is known of each bit of a 64-bit number ({@code tnum} in Linux).
 *
 * @param value the bits that are known to be one
 * @param mask the bits that are not known; disjoint from value
 */
record Bits(long value, long mask) {
  private static final long LOW = 0xffff_ffffL;
  static final Bits UNKNOWN = new Bits(0, -1);

  Bits {
    if ((value & mask) != 0) {
      throw new IllegalStateException("a bit both known and unknown");
    }
  }

  static Bits of(long value) {
    return new Bits(value, 0);
  }

  /** The bits that all numbers from min to max, unsigned, share. */
  static Bits ofRange(long min, long max) {
    long different = min ^ max;
    if (different == 0) {
      return of(min);
    }
    int bits = 64 - Long.numberOfLeadingZeros(different);
    long unknown = bits == 64 ? -1 : (1L << bits) - 1;
    return new Bits(min & ~unknown, unknown);
  }

  boolean isConstant() {
    return mask == 0;
  }

  /** The least unsigned number. */
  long min() {
    return value;
  }

  /** The greatest unsigned number. */
  long max() {
    return value | mask;
  }

  /** Whether every number that other may be is one that this may be. */
  boolean contains(Bits other) {
    return (other.mask & ~mask) == 0 && (other.value & ~mask) == value;
  }

  /** What is known by both, or null when they contradict each other. */
  Bits and(Bits other) {
    if (((value ^ other.value) & ~mask & ~other.mask) != 0) {
      return null;
    }
    long unknown = mask & other.mask;
    return new Bits((value | other.value) & ~unknown, unknown);
  }

  Bits plus(Bits other) {
    long unknown = mask + other.mask;
    long known = value + other.value;
    long carries = (unknown + known ^ known) | mask | other.mask;
    return new Bits(known & ~carries, carries);
  }

  Bits minus(Bits other) {
    long difference = value - other.value;
    long carries = (difference + mask ^ difference - other.mask) | mask | other.mask;
    return new Bits(difference & ~carries, carries);
  }

  Bits bitAnd(Bits other) {
    long may = max() & other.max();
    long must = value & other.value;
    return new Bits(must, may & ~must);
  }

  Bits bitOr(Bits other) {
    long must = value | other.value;
    return new Bits(must, (mask | other.mask) & ~must);
  }

  Bits bitXor(Bits other) {
    long unknown = mask | other.mask;
    return new Bits((value ^ other.value) & ~unknown, unknown);
  }

  /** The product: the sum of the other number shifted to every bit that may be one. */
  Bits times(Bits other) {
    Bits sum = of(value * other.value);
    Bits unknown = of(0);
    long ones = value;
    long mays = mask;
    for (int i = 0; i < 64 && (ones | mays) >>> i != 0; i++) {
      if ((ones >>> i & 1) != 0) {
        unknown = unknown.plus(new Bits(0, other.mask << i));
      } else if ((mays >>> i & 1) != 0) {
        unknown = unknown.plus(new Bits(0, other.max() << i));
      }
    }
    return sum.plus(unknown);
  }

  Bits shiftLeft(int by) {
    return new Bits(value << by, mask << by);
  }

  Bits shiftRight(int by) {
    return new Bits(value >>> by, mask >>> by);
  }

  /** Arithmetic shift of a number of 32 or 64 bits; that of 32 is zero-extended. */
  Bits shiftRightSigned(int by, int width) {
    if (width == 64) {
      return new Bits(value >> by, mask >> by);
    }
    return new Bits((int) value >> by & LOW, (int) mask >> by & LOW);
  }

  /** The low bits, zero-extended. */
  Bits low(int bits) {
    long keep = bits == 64 ? -1 : (1L << bits) - 1;
    return new Bits(value & keep, mask & keep);
  }

  /** The low bytes in the other order, zero-extended. */
  Bits swapped(int bits) {
    int by = 64 - bits;
    return new Bits(Long.reverseBytes(value) >>> by, Long.reverseBytes(mask) >>> by);
  }

  /** The low bits, sign-extended. */
  Bits signExtended(int bits) {
    int by = 64 - bits;
    return new Bits(value << by >> by, mask << by >> by);
  }

  /** These low 32 bits below the high 32 bits of another. */
  Bits below(Bits high) {
    return new Bits(value & LOW | high.value & ~LOW, mask & LOW | high.mask & ~LOW);
  }

  /** Whether the number is surely a multiple of a power of two. */
  boolean isMultipleOf(int size) {
    return (max() & size - 1) == 0;
  }
}
