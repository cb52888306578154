package org.weft.compiler.emit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.object.Program;
import org.weft.compiler.schedule.Schedule;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.MapDefinition;

/** Lays schedules of programs out one after the other and resolves their branches. */
public final class Emitter {
  private final MachineSpec machine;
  private final List<Row> rows = new ArrayList<>();
  private final List<ProgramImage.Entry> entries = new ArrayList<>();
  private final List<ProgramImage.Origin> debug = new ArrayList<>();

  /** An empty image for a machine. */
  public Emitter(MachineSpec machine) {
    this.machine = machine;
  }

  /**
   * Appends a program.
   *
   * @throws RefusedException when the machine has not enough rows
   */
  public void add(Program program, Schedule schedule) {
    List<List<Schedule.Placed>> laidOut = new ArrayList<>();
    Map<Integer, Integer> starts = new HashMap<>();
    List<Schedule.Trace> blocks = Layout.order(schedule);
    for (int i = 0; i < blocks.size(); i++) {
      Schedule.Trace block = blocks.get(i);
      starts.put(block.id(), rows.size() + laidOut.size());
      laidOut.addAll(block.rows());
      boolean falls = i + 1 < blocks.size() && blocks.get(i + 1).id() == block.next();
      if (block.next() >= 0 && !falls) {
        addGoto(laidOut, block);
      }
    }
    if (rows.size() + laidOut.size() > machine.rows()) {
      throw new RefusedException(
          "program "
              + program.name()
              + ": "
              + (rows.size() + laidOut.size())
              + " rows in all; machine "
              + machine.name()
              + " holds "
              + machine.rows());
    }
    int entry = entries.size();
    entries.add(new ProgramImage.Entry(program.name(), starts.get(0)));
    for (List<Schedule.Placed> row : laidOut) {
      emit(row, starts, program, entry);
    }
  }

  private void addGoto(List<List<Schedule.Placed>> laidOut, Schedule.Trace block) {
    Schedule.Placed jump =
        new Schedule.Placed(
            new Slot.Branch(Opcode.BRANCH, false, 0, Operand.constant(0), block.next()), -1);
    if (!block.rows().isEmpty()) {
      List<Schedule.Placed> last = laidOut.get(laidOut.size() - 1);
      int lane = last.size();
      int branches = 0;
      boolean tailCall = false;
      while (lane > 0 && last.get(lane - 1) == null) {
        lane--;
      }
      for (Schedule.Placed operation : last) {
        if (operation != null) {
          Opcode.Format format = operation.slot().opcode().format();
          branches += format == Opcode.Format.BRANCH || format == Opcode.Format.EXIT ? 1 : 0;
          tailCall |= format == Opcode.Format.TAIL_CALL;
        }
      }
      if (lane < last.size() && branches < machine.branchSlots() && !tailCall) {
        List<Schedule.Placed> row = new ArrayList<>(last);
        row.set(lane, jump);
        laidOut.set(laidOut.size() - 1, row);
        return;
      }
    }
    List<Schedule.Placed> row = new ArrayList<>();
    row.add(jump);
    laidOut.add(row);
  }

  private void emit(
      List<Schedule.Placed> row, Map<Integer, Integer> starts, Program program, int entry) {
    List<Slot> slots = new ArrayList<>();
    for (Schedule.Placed operation : row) {
      if (operation == null) {
        slots.add(Slot.Nop.NOP);
        continue;
      }
      Slot slot = operation.slot();
      if (slot instanceof Slot.Branch branch) {
        slot =
            new Slot.Branch(
                branch.opcode(),
                branch.is32(),
                branch.a(),
                branch.b(),
                starts.get(branch.target()));
      }
      if (operation.origin() >= 0) {
        Program.SourceLine line = program.lineAt(operation.origin());
        debug.add(
            new ProgramImage.Origin(
                rows.size(),
                slots.size(),
                entry,
                operation.origin(),
                line == null ? "" : line.file(),
                line == null ? 0 : line.line()));
      }
      slots.add(slot);
    }
    while (slots.size() < machine.lanes()) {
      slots.add(Slot.Nop.NOP);
    }
    rows.add(new Row(slots));
  }

  /** The image of all programs added. */
  public ProgramImage image(List<MapDefinition> maps) {
    return new ProgramImage(machine, rows, maps, entries, debug);
  }
}
