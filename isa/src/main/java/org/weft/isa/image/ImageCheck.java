package org.weft.isa.image;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.weft.isa.InputException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.isa.xdp.HelperFunction;

/**
 * Checks an image against its machine and the rules of a row: lanes write their own registers,
 * units are not overbooked, one call a row, branches stay inside, the last row leaves.
 */
public final class ImageCheck {
  private ImageCheck() {}

  /**
   * Checks an image.
   *
   * @throws InputException naming row and slot
   */
  public static void check(ProgramImage image) {
    MachineSpec machine = image.machine();
    List<Row> rows = image.rows();
    if (rows.isEmpty() || rows.size() > machine.rows()) {
      throw new InputException(rows.size() + " rows; the machine holds 1 to " + machine.rows());
    }
    for (int i = 0; i < rows.size(); i++) {
      try {
        row(rows.get(i), machine, rows.size());
      } catch (InputException e) {
        throw e.at("row " + i);
      }
    }
    boolean leaves = false;
    for (Slot slot : rows.get(rows.size() - 1).slots()) {
      leaves |= slot.opcode().condition() == Condition.ALWAYS;
    }
    if (!leaves) {
      throw new InputException("the last row does not leave: control would run past it");
    }
  }

  private static void row(Row row, MachineSpec machine, int rows) {
    if (row.slots().size() > machine.lanes()) {
      throw new InputException(row.slots().size() + " slots; the machine has " + machine.lanes());
    }
    int[] used = new int[Unit.values().length];
    int local = 0;
    int shared = 0;
    boolean movesBounds = false;
    boolean readsFact = false;
    Set<Region> stored = EnumSet.noneOf(Region.class);
    Set<Region> storedBeforeBranch = EnumSet.noneOf(Region.class);
    for (int lane = 0; lane < row.slots().size(); lane++) {
      Slot slot = row.slots().get(lane);
      used[slot.opcode().unit().ordinal()]++;
      registers(slot, lane, machine);
      if (slot instanceof Slot.Branch branch && branch.target() >= rows) {
        throw new InputException(
            "slot " + lane + ": goes to row " + branch.target() + " of " + rows);
      }
      readsFact |= slot.operandFact() != null;
      if (slot instanceof Slot.Store || slot instanceof Slot.Atomic) {
        stored.add(slot.region());
      }
      if (slot.opcode().unit() == Unit.BRANCH) {
        storedBeforeBranch.addAll(stored);
      }
      if (slot instanceof Slot.Call call) {
        require(
            call.regions().stream().noneMatch(storedBeforeBranch::contains),
            "a store stands before a branch and a call that may read it after it: put the store in"
                + " an earlier row");
        movesBounds |= call.helper().movesPacketBounds();
        require(
            machine.helpers().contains(call.helper()),
            "the machine lacks " + call.helper().functionName());
        require(
            !call.helper().isWrittenOut(),
            call.helper().functionName() + " is no unit: compile the program again");
      }
      if (slot instanceof Slot.TailCall) {
        require(
            machine.helpers().contains(HelperFunction.TAIL_CALL), "the machine lacks tail calls");
        for (int later = lane + 1; later < row.slots().size(); later++) {
          require(row.slots().get(later) instanceof Slot.Nop, "a tail call is not the last effect");
        }
      }
      if (slot instanceof Slot.Alu alu && alu.is32()) {
        require(alu.opcode() != Opcode.SWAP64, "swap64 has no 32-bit form");
      }
      Region region = slot.region();
      require(region != Region.REGISTER, "loads or stores in a register");
      if (region == Region.MAP || slot instanceof Slot.Call call && call.helper().commitsRecord()) {
        shared++;
      } else if (region != null) {
        local++;
      }
    }
    require(used[Unit.SHIFTER.ordinal()] <= machine.shifters(), "more shifts than shifters");
    require(used[Unit.MULTIPLIER.ordinal()] <= machine.multipliers(), "too many multiplications");
    require(used[Unit.DIVIDER.ordinal()] <= machine.dividers(), "too many divisions");
    require(used[Unit.ATOMIC.ordinal()] <= machine.atomics(), "too many atomic operations");
    require(used[Unit.BRANCH.ordinal()] <= machine.branchSlots(), "too many branches");
    require(used[Unit.CALL.ordinal()] <= 1, "more than one call");
    int ways = 0;
    for (Unit unit : Unit.values()) {
      ways += unit.sharesOperandWays() ? used[unit.ordinal()] : 0;
    }
    require(
        ways <= machine.operandWays(),
        "more shifts, multiplications and divisions than ways to their units");
    require(local <= machine.memoryPorts(), "more accesses than memory ports");
    require(shared <= 1, "more than one access to map values");
    require(
        !movesBounds || local == 0 && !readsFact,
        "accesses or facts beside a call that moves the packet's bounds");
  }

  private static void registers(Slot slot, int lane, MachineSpec machine) {
    int all = slot.reads() | slot.writes();
    if (machine.registers() < 32 && all >>> machine.registers() != 0) {
      throw new InputException(
          "slot " + lane + ": uses a register above r" + (machine.registers() - 1));
    }
    for (int register = 0; register < machine.registers(); register++) {
      if ((slot.writes() >>> register & 1) != 0 && machine.laneOf(register) != lane) {
        throw new InputException(
            "slot "
                + lane
                + ": writes r"
                + register
                + ", which is lane "
                + machine.laneOf(register)
                + "'s");
      }
    }
  }

  private static void require(boolean condition, String cause) {
    if (!condition) {
      throw new InputException(cause);
    }
  }
}
