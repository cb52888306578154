package org.weft.sim.random;

/**
 * What a register or stack slot holds on every path: nothing that may be read, a number, the
 * context, or a pointer.
 *
 * @param kinds set of the bits below
 * @param size for a pointer: the bytes from it on that may be accessed
 */
record Held(int kinds, int size) {
  static final int STACK = 4;
  static final int PACKET = 8;
  static final int VALUE = 16;
  static final int ANY_POINTER = STACK | PACKET | VALUE;

  static final Held NOTHING = new Held(0, 0);
  static final Held NUMBER = new Held(1, 0);
  static final Held CONTEXT = new Held(2, 0);

  boolean isPointer() {
    return (kinds & ANY_POINTER) != 0;
  }

  /** Whether it is a pointer to this many bytes in memory of these kinds. */
  boolean reaches(int allowed, int bytes) {
    return isPointer() && (kinds & ~allowed) == 0 && size >= bytes;
  }

  /** What is held where two paths meet. */
  Held meet(Held other) {
    if (equals(other)) {
      return this;
    }
    return isPointer() && other.isPointer()
        ? new Held(kinds | other.kinds, Math.min(size, other.size))
        : NOTHING;
  }
}
