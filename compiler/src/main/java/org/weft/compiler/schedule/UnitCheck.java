package org.weft.compiler.schedule;

import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.HelperFunction;

/** Refuses programs that need a unit which the machine does not have. */
final class UnitCheck {
  private UnitCheck() {}

  /**
   * Checks all instructions.
   *
   * @throws RefusedException naming the instruction and the unit
   */
  static void check(Graph graph, MachineSpec machine) {
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        String missing = missing(value.operation(), machine);
        if (missing != null) {
          throw new RefusedException(graph.place(value.origin()) + ": " + missing);
        }
      }
    }
  }

  private static String missing(Operation operation, MachineSpec machine) {
    if (operation instanceof Operation.Call call) {
      return helper(call.helper(), machine);
    } else if (operation instanceof Operation.TailCall) {
      return helper(HelperFunction.TAIL_CALL, machine);
    } else if (operation instanceof Operation.Atomic) {
      return unit(machine.atomics(), "unit for atomic operations", machine);
    } else if (operation instanceof Operation.Alu alu) {
      return switch (alu.opcode().unit()) {
        case MULTIPLIER -> unit(machine.multipliers(), "multiplier", machine);
        case DIVIDER -> unit(machine.dividers(), "divider", machine);
        default -> null;
      };
    }
    return null;
  }

  private static String helper(HelperFunction helper, MachineSpec machine) {
    return machine.helpers().contains(helper)
        ? null
        : "calls "
            + helper.functionName()
            + ", which machine "
            + machine.name()
            + " has no unit for";
  }

  private static String unit(int units, String name, MachineSpec machine) {
    return units > 0
        ? null
        : "needs a " + name + ", which machine " + machine.name() + " does not have";
  }
}
