package org.weft.bitstream.ice40;

import org.weft.bitstream.Board;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;

/** Which machines a board with one core and nothing beside it can be. */
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
}
