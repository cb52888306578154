package org.weft.compiler.emit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.object.Program;
import org.weft.compiler.schedule.Schedule;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
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
   * @throws TooManyRowsException when the machine has not enough rows
   */
  public void add(Program program, Schedule schedule) {
    List<List<Schedule.Placed>> laidOut = new ArrayList<>();
    Map<Integer, Integer> starts = new HashMap<>();
    for (Schedule.Trace trace : schedule.traces()) {
      starts.put(trace.id(), rows.size() + laidOut.size());
      laidOut.addAll(trace.rows());
    }
    if (rows.size() + laidOut.size() > machine.rows()) {
      throw new TooManyRowsException(
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
