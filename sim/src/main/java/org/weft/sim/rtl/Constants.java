package org.weft.sim.rtl;

import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;

/** What registers hold because a row shortly before, on the only way there is, says so. */
final class Constants {
  private final List<Row> rows;

  /** Rows to which control comes from elsewhere than the row before. */
  private final BitSet targets = new BitSet();

  Constants(ProgramImage image) {
    rows = image.rows();
    image.entries().forEach(entry -> targets.set(entry.row()));
    for (Row row : rows) {
      for (Slot slot : row.slots()) {
        if (slot instanceof Slot.Branch branch) {
          targets.set(branch.target());
        }
      }
    }
  }

  /** What a register holds when a row begins, if that is known. */
  OptionalLong before(int row, int register) {
    for (int at = row; at > 0 && !targets.get(at); at--) {
      for (Slot slot : rows.get(at - 1).slots()) {
        if ((slot.writes() >>> register & 1) != 0) {
          return slot instanceof Slot.Alu alu && alu.opcode() == Opcode.MOV && !alu.b().isRegister()
              ? OptionalLong.of(alu.b().value())
              : OptionalLong.empty();
        }
      }
    }
    return OptionalLong.empty();
  }
}
