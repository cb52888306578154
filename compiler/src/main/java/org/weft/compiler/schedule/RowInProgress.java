package org.weft.compiler.schedule;

import java.util.List;
import org.weft.compiler.lower.Lowered;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;

/** A row while it is being filled, with what it has used of the machine. */
final class RowInProgress {
  private final MachineSpec machine;
  private final Lowered.Operation[] lanes;
  private final int[] used = new int[Unit.values().length];
  private int local;
  private int shared;

  RowInProgress(MachineSpec machine) {
    this.machine = machine;
    lanes = new Lowered.Operation[machine.lanes()];
  }

  List<Lowered.Operation> lanes() {
    return Schedule.row(lanes);
  }

  /** The lane for an instruction: that of the register it writes, or any; -1 when taken. */
  private int laneFor(Slot slot) {
    if (slot.writes() != 0) {
      int lane = machine.laneOf(Integer.numberOfTrailingZeros(slot.writes()));
      return lanes[lane] == null ? lane : -1;
    }
    for (int lane = 0; lane < lanes.length; lane++) {
      if (lanes[lane] == null) {
        return lane;
      }
    }
    return -1;
  }

  private int limit(Unit unit) {
    return switch (unit) {
      case ALU, MEMORY -> machine.lanes();
      case SHIFTER -> machine.shifters();
      case MULTIPLIER -> machine.multipliers();
      case DIVIDER -> machine.dividers();
      case ATOMIC -> machine.atomics();
      case BRANCH -> machine.branchSlots();
      case CALL -> 1;
    };
  }

  private boolean hasUnits(Slot slot) {
    Unit unit = slot.opcode().unit();
    Region region = slot.region();
    boolean port =
        region == null || (region == Region.MAP ? shared == 0 : local < machine.memoryPorts());
    return port && used[unit.ordinal()] < limit(unit);
  }

  boolean fits(Slot slot) {
    if (slot instanceof Slot.TailCall) {
      return highest() < 0;
    }
    boolean tailCalled = used[Unit.CALL.ordinal()] > 0 && isTailCall();
    return !tailCalled && laneFor(slot) >= 0 && hasUnits(slot);
  }

  private boolean isTailCall() {
    for (Lowered.Operation operation : lanes) {
      if (operation != null && operation.slot() instanceof Slot.TailCall) {
        return true;
      }
    }
    return false;
  }

  void add(Lowered.Operation operation) {
    put(laneFor(operation.slot()), operation);
  }

  private void put(int lane, Lowered.Operation operation) {
    lanes[lane] = operation;
    used[operation.slot().opcode().unit().ordinal()]++;
    Region region = operation.slot().region();
    if (region == Region.MAP) {
      shared++;
    } else if (region != null) {
      local++;
    }
  }

  /** The highest lane in use, or -1. */
  private int highest() {
    for (int lane = lanes.length - 1; lane >= 0; lane--) {
      if (lanes[lane] != null) {
        return lane;
      }
    }
    return -1;
  }

  /** Whether a slot of the row writes one of these registers. */
  boolean writes(int registers) {
    for (Lowered.Operation operation : lanes) {
      if (operation != null && (operation.slot().writes() & registers) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether a transfer of control finds a lane above all others. */
  boolean fitsBehind(Slot slot) {
    return highest() + 1 < lanes.length && hasUnits(slot) && !isTailCall();
  }

  void addBehind(Lowered.Operation operation) {
    put(highest() + 1, operation);
  }
}
