package org.weft.compiler.verifier;

/**
 * Eight bytes of stack.
 *
 * @param cell what is spilled there; without a spill it only collects what is asked of the slot
 * @param spilled mask of the bytes that hold the spilled value, from the lowest on
 * @param zero mask of the bytes that are zero
 */
record Slot(Cell cell, int spilled, int zero) {
  static final int BYTES = 8;
  static final int ALL = 0xff;

  static Slot spill(Cell cell, int bytes, int zero) {
    return new Slot(cell, (1 << bytes) - 1, zero & ~((1 << bytes) - 1));
  }

  /** A slot without spilled value. */
  static Slot bytes(int zero, Cell... sources) {
    return new Slot(new Cell(Value.UNKNOWN, sources), 0, zero);
  }

  boolean isSpill() {
    return spilled != 0;
  }

  int spilledBytes() {
    return Integer.bitCount(spilled);
  }

  /** The bytes that are zero, those of a spilled zero among them. */
  int zeros() {
    return isSpill() && cell.value().isNull() ? zero | spilled : zero;
  }

  Slot checkpoint() {
    return new Slot(cell.checkpoint(), spilled, zero);
  }
}
