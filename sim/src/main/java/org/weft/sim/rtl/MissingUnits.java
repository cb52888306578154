package org.weft.sim.rtl;

import java.util.List;
import java.util.Locale;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;

/** What rows ask for that the hardware has no unit for. */
public final class MissingUnits {
  private MissingUnits() {}

  /**
   * Checks that the hardware can execute all rows.
   *
   * @throws RefusedException with the first slot that it cannot execute, and why
   */
  public static void refuse(ProgramImage image) {
    refuseMovedMetadata(image);
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

  /** Nothing moves metadata when the packet's begin is moved. */
  private static void refuseMovedMetadata(ProgramImage image) {
    boolean hasMetadata =
        image.rows().stream()
            .flatMap(row -> row.slots().stream())
            .anyMatch(slot -> calls(slot, HelperFunction.XDP_ADJUST_META));
    for (int row = 0; hasMetadata && row < image.rows().size(); row++) {
      if (image.rows().get(row).slots().stream()
          .anyMatch(slot -> calls(slot, HelperFunction.XDP_ADJUST_HEAD))) {
        throw new RefusedException(
            image.place(row)
                + ": moves the packet's begin in a program with metadata: the hardware has no unit"
                + " that moves metadata; run it in engine sim");
      }
    }
  }

  private static boolean calls(Slot slot, HelperFunction helper) {
    return slot instanceof Slot.Call call && call.helper() == helper;
  }

  /** What a slot asks for that is not there, or null. */
  static String missing(Slot slot) {
    if (slot instanceof Slot.Call call) {
      return isThere(call) ? null : "helper " + call.helper().name().toLowerCase(Locale.ROOT);
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

  private static boolean isThere(Slot.Call call) {
    return switch (call.helper()) {
      case XDP_ADJUST_HEAD, XDP_ADJUST_META, XDP_ADJUST_TAIL, REDIRECT -> true;
      // Three registers are more than a slot reads.
      case REDIRECT_MAP -> call.arguments().get(0) >= Slot.FIRST_CONSTANT;
      default -> false;
    };
  }
}
