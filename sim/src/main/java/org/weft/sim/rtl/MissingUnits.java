package org.weft.sim.rtl;

import java.util.List;
import java.util.Locale;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

/** What rows ask for that the hardware has no unit for. */
final class MissingUnits {
  private MissingUnits() {}

  /**
   * Checks that the hardware can execute all rows.
   *
   * @throws RefusedException with the first slot that it cannot execute, and why
   */
  static void refuse(ProgramImage image) {
    for (int row = 0; row < image.rows().size(); row++) {
      List<Slot> slots = image.rows().get(row).slots();
      for (Slot slot : slots) {
        String missing = missing(slot);
        if (missing != null) {
          throw new RefusedException(
              image.place(row)
                  + ": "
                  + missing
                  + ": the hardware has no unit for it; run it in engine sim");
        }
      }
    }
  }

  /** What a slot asks for that is not there, or null. */
  static String missing(Slot slot) {
    if (slot instanceof Slot.Call call) {
      return "helper " + call.helper().name().toLowerCase(Locale.ROOT);
    } else if (slot instanceof Slot.TailCall) {
      return "tail call";
    } else if (slot instanceof Slot.Atomic atomic
        && (atomic.region() != Region.MAP || atomic.opcode() == Opcode.ATOMIC_CMPXCHG)) {
      return atomic.region() == Region.MAP
          ? "exchange that compares"
          : "atomic operation on packet or stack";
    } else if (slot.region() == Region.ARGUMENT) {
      return "memory argument";
    }
    return null;
  }
}
