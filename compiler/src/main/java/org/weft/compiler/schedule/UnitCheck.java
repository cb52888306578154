package org.weft.compiler.schedule;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
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
      return unit(MachineSpec::atomics, "unit for atomic operations", machine);
    } else if (operation instanceof Operation.Alu alu) {
      return switch (alu.opcode().unit()) {
        case MULTIPLIER -> unit(MachineSpec::multipliers, "multiplier", machine);
        case DIVIDER -> unit(MachineSpec::dividers, "divider", machine);
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
            + " has no unit for"
            + others(preset -> preset.helpers().contains(helper));
  }

  private static String unit(ToIntFunction<MachineSpec> units, String name, MachineSpec machine) {
    return units.applyAsInt(machine) > 0
        ? null
        : "needs a "
            + name
            + ", which machine "
            + machine.name()
            + " does not have"
            + others(preset -> units.applyAsInt(preset) > 0);
  }

  /** What to do: the machines that have it. */
  private static String others(Predicate<MachineSpec> has) {
    List<String> names =
        MachineSpec.PRESETS.stream().filter(name -> has.test(MachineSpec.preset(name))).toList();
    return names.isEmpty() ? "" : "; compile for " + String.join(" or ", names);
  }
}
