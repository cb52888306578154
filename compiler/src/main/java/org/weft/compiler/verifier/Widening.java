package org.weft.compiler.verifier;

/**
 * Forgets which number it is that changes from turn to turn of a loop, unless the proof needed it
 * ({@code widen_imprecise_scalars} in Linux): so the loop need not be followed to its end.
 */
final class Widening {
  private Widening() {}

  /** Widens what is not as it was in the turn before; false when that is of another call. */
  static boolean apply(PathState before, PathState state) {
    if (before.depth() != state.depth()) {
      return false;
    }
    for (int depth = 0; depth < state.depth(); depth++) {
      if (before.frame(depth).callSite() != state.frame(depth).callSite()) {
        return false;
      }
    }
    for (int depth = 0; depth < state.depth(); depth++) {
      CallFrame one = before.frame(depth);
      CallFrame two = state.frame(depth);
      for (int i = 0; i < CallFrame.REGISTERS - 1; i++) {
        two.set(i, widened(one.register(i), two.register(i), Slot.BYTES));
      }
      for (int i = 0; i < CallFrame.SLOTS; i++) {
        Slot from = one.slot(i);
        Slot to = two.slot(i);
        if (from != null && to != null && from.isSpill() && to.isSpill()) {
          Cell cell = widened(from.cell(), to.cell(), to.spilledBytes());
          two.set(i, new Slot(cell, to.spilled(), to.zero()));
        }
      }
    }
    return true;
  }

  private static Cell widened(Cell before, Cell now, int bytes) {
    boolean numbers = before.value().isNumber() && now.value().isNumber();
    boolean asked = before.demand() == Cell.RANGE || now.demand() == Cell.RANGE;
    return !numbers || asked || before.value().number().equals(now.value().number())
        ? now
        : Cell.widened(now, bytes);
  }
}
