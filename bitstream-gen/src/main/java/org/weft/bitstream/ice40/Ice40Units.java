package org.weft.bitstream.ice40;

import java.util.List;
import java.util.Locale;
import org.weft.bitstream.Board;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

/** What a board with one core and nothing beside it can be asked for. */
final class Ice40Units {
  private Ice40Units() {}

  /**
   * Checks that the board can be this machine.
   *
   * @throws RefusedException with what the machine has and the board has not
   */
  static void refuse(Board board, MachineSpec machine) {
    if (machine.cores() != 1 || machine.ports() != 1 || machine.cpus() != 1) {
      throw new RefusedException(
          String.format(
              "machine %s has %d cores, %d ports and %d CPUs; board %s has one of each: use -m %s",
              machine.name(),
              machine.cores(),
              machine.ports(),
              machine.cpus(),
              board.text(),
              board.preset()));
    }
    String tooMuch =
        machine.dividers() > 0
            ? "a divider"
            : machine.atomics() > 0
                ? "a unit for atomic operations"
                : machine.memoryPorts() > 1
                    ? "two memory ports"
                    : machine.banks() > 1 ? "two banks of rows" : null;
    if (tooMuch != null) {
      throw new RefusedException(
          String.format(
              "machine %s has %s, which board %s has no room for: use -m %s",
              machine.name(), tooMuch, board.text(), board.preset()));
    }
  }

  /**
   * Checks that the board can execute all rows.
   *
   * @throws RefusedException with the first slot that it cannot execute, and why
   */
  static void refuse(Board board, ProgramImage image) {
    for (int row = 0; row < image.rows().size(); row++) {
      List<Slot> slots = image.rows().get(row).slots();
      for (Slot slot : slots) {
        String missing = missing(slot);
        if (missing != null) {
          throw new RefusedException(
              image.place(row)
                  + ": "
                  + missing
                  + ": board "
                  + board.text()
                  + " has no unit for it; weft run --engine sim simulates a NIC that has");
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
