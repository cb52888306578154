package org.weft.bitstream.device;

import java.util.Locale;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

/** What a device executes that is a core with nothing beside it. */
public final class LoneCore {
  private LoneCore() {}

  /**
   * Checks that it can execute all rows of a program.
   *
   * @throws RefusedException with the first slot that it cannot execute, and why
   */
  public static void refuse(ProgramImage image) {
    for (int row = 0; row < image.rows().size(); row++) {
      for (Slot slot : image.rows().get(row).slots()) {
        String missing = missing(slot);
        if (missing != null) {
          throw new RefusedException(
              image.place(row)
                  + ": "
                  + missing
                  + ": the board has no unit for it; weft run --engine sim simulates a NIC that"
                  + " has");
        }
      }
    }
  }

  private static String missing(Slot slot) {
    if (slot instanceof Slot.Call call) {
      return "helper " + call.helper().name().toLowerCase(Locale.ROOT);
    } else if (slot instanceof Slot.TailCall) {
      return "tail call";
    } else if (slot instanceof Slot.Atomic) {
      return "atomic operation";
    } else if (slot.region() == Region.ARGUMENT) {
      return "memory argument";
    }
    return null;
  }
}
