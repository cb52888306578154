package org.weft.sim.rtl;

import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;

/** Which registers some way on from a row may read before it writes them. */
final class LiveRegisters {
  private final List<Row> rows;

  /** By row: those that are read from its begin on. */
  private final int[] before;

  LiveRegisters(ProgramImage image) {
    rows = image.rows();
    before = new int[rows.size() + 1];
    boolean changes = true;
    while (changes) {
      changes = false;
      for (int row = rows.size() - 1; row >= 0; row--) {
        int now = from(row, true);
        changes |= now != before[row];
        before[row] = now;
      }
    }
  }

  /** Whether what a row writes to a register is read. */
  boolean isRead(int row, int register) {
    return (from(row, false) >>> register & 1) != 0;
  }

  /** What is read from a row on, itself counted in, or behind it whatever it writes. */
  private int from(int row, boolean whole) {
    int read = 0;
    int written = 0;
    for (Slot slot : rows.get(row).slots()) {
      read |= whole ? slot.reads() : 0;
      if (slot instanceof Slot.Branch branch) {
        read |= before[branch.target()] & ~written;
      }
      if (isAlways(slot)) {
        return read;
      }
      written |= whole ? slot.writes() : 0;
    }
    return read | before[row + 1] & ~written;
  }

  /** Whether control leaves with a slot, whatever its operands. */
  private static boolean isAlways(Slot slot) {
    Opcode opcode = slot.opcode();
    return opcode.condition() == Condition.ALWAYS
        && (slot instanceof Slot.Branch || slot instanceof Slot.Exit);
  }
}
