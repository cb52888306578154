package org.weft.sim.rows;

import org.weft.isa.row.Slot;

/** A row that can be executed; {@link RowCompiler} makes a subclass of each. */
abstract class RowCode {
  /** In place of the next row: the packet leaves with {@link RowState#verdict}. */
  static final int EXIT = -1;

  /** In place of the next row: {@link RowState#tailCall()} decides. */
  static final int TAIL_CALL = -2;

  /** The row's slots, for what does not fit operands of instructions. */
  final Slot[] slots;

  /** By slot: its call, or null. */
  final CallForm[] calls;

  /** By slot: its access of a map value, or null. */
  final AccessForm[] accesses;

  RowCode(Slot... slots) {
    this.slots = slots;
    calls = new CallForm[slots.length];
    accesses = new AccessForm[slots.length];
    for (int i = 0; i < slots.length; i++) {
      accesses[i] = AccessForm.isOne(slots[i]) ? new AccessForm(slots[i]) : null;
      calls[i] = slots[i] instanceof Slot.Call call ? new CallForm(call) : null;
    }
  }

  /** Executes the row; the next one, or one of the numbers above. */
  abstract int run(RowState state);
}
