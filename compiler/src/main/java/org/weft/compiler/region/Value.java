package org.weft.compiler.region;

/**
 * What a register or stack slot may hold: a set of kinds of pointers, empty for a number. In a
 * program that the kernel accepts only a pointer is dereferenced, so numbers that share a register
 * with a pointer need not be told apart.
 *
 * @param kinds set of the bits below
 * @param frame for a stack pointer: the frame it points into, or {@link #UNKNOWN}
 * @param offset for a stack pointer: distance from the frame's top, 0 or less, or {@link #UNKNOWN}
 */
record Value(int kinds, int frame, int offset) {
  static final int CONTEXT = 1;
  static final int PACKET = 2;
  static final int STACK = 4;
  static final int MAP_VALUE = 8;
  static final int ARGUMENT = 16;
  static final int MAP = 32;
  static final int MAP_OF_MAPS = 64;

  static final int UNKNOWN = Integer.MIN_VALUE;

  private static final int FARTHEST = 1024;

  static final Value NUMBER = new Value(0, UNKNOWN, UNKNOWN);

  static Value of(int kinds) {
    return new Value(kinds, UNKNOWN, UNKNOWN);
  }

  static Value stack(int frame, int offset) {
    return new Value(STACK, frame, offset);
  }

  boolean is(int kind) {
    return (kinds & kind) != 0;
  }

  boolean isKnownStack() {
    return kinds == STACK && frame != UNKNOWN && offset != UNKNOWN;
  }

  /** What is not near a stack is anywhere: a loop that counts on finds an end. */
  Value plus(int constant) {
    if (!isKnownStack()) {
      return this;
    }
    long sum = (long) offset + constant;
    return Math.abs(sum) > FARTHEST ? anywhere() : new Value(kinds, frame, (int) sum);
  }

  Value anywhere() {
    return is(STACK) ? new Value(kinds, frame, UNKNOWN) : this;
  }

  Value join(Value other) {
    if (equals(other) || other.kinds == 0) {
      return this;
    }
    if (kinds == 0) {
      return other;
    }
    boolean both = is(STACK) && other.is(STACK);
    int where = both ? (frame == other.frame ? frame : UNKNOWN) : is(STACK) ? frame : other.frame;
    int at = both ? (offset == other.offset ? offset : UNKNOWN) : is(STACK) ? offset : other.offset;
    return new Value(kinds | other.kinds, where, at);
  }
}
