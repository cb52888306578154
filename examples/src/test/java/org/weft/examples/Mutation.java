package org.weft.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.compiler.schedule.Schedule;
import org.weft.isa.InputException;
import org.weft.isa.row.RowParser;
import org.weft.isa.row.RowPrinter;
import org.weft.isa.row.Slot;

/**
 * A schedule with one thing changed.
 *
 * @param text what was changed where
 */
record Mutation(Kind kind, String text, Schedule schedule) {
  /** What was done to a slot. */
  enum Kind {
    READS_ANOTHER,
    WRITES_ANOTHER,
    DROPPED,
    ROW_EARLIER,
    ROW_LATER,
    NEXT_LANE,
    TARGETS_EXCHANGED,
    CONSTANT_ONE_MORE,
    CONDITION_TURNED
  }

  private static final Pattern REGISTER = Pattern.compile("\\b([rw])(\\d+)");
  private static final Pattern CONSTANT = Pattern.compile("(?<![rw\\w.])(\\d+)");
  private static final List<String> CONDITIONS = List.of("==", "!=", "<", ">=", ">", "<=");

  @Override
  public String toString() {
    return kind + " " + text;
  }

  /** All changes of every slot. */
  static List<Mutation> all(Schedule schedule, int lanes) {
    List<Mutation> all = new ArrayList<>();
    for (int trace = 0; trace < schedule.traces().size(); trace++) {
      List<List<Schedule.Placed>> rows = schedule.traces().get(trace).rows();
      for (int row = 0; row < rows.size(); row++) {
        for (int lane = 0; lane < rows.get(row).size(); lane++) {
          if (rows.get(row).get(lane) != null) {
            new Place(schedule, trace, row, lane, lanes, all).change();
          }
        }
      }
    }
    return all;
  }

  private record Place(
      Schedule schedule, int trace, int row, int lane, int lanes, List<Mutation> all) {

    void change() {
      Schedule.Placed placed = at(row, lane);
      String text = RowPrinter.print(placed.slot());
      Matcher registers = REGISTER.matcher(text);
      while (registers.find()) {
        boolean written = registers.start() == 0 && placed.slot().writes() != 0;
        int number = Integer.parseInt(registers.group(2)) + (written ? lanes : 1);
        Kind kind = written ? Kind.WRITES_ANOTHER : Kind.READS_ANOTHER;
        replace(kind, text, registers.start(2), registers.end(2), Integer.toString(number));
      }
      Matcher constants = CONSTANT.matcher(text);
      while (constants.find()) {
        boolean target = text.startsWith("goto") && constants.start() == 5;
        if (!target) {
          String more = Long.toString(Long.parseLong(constants.group()) + 1);
          replace(Kind.CONSTANT_ONE_MORE, text, constants.start(), constants.end(), more);
        }
      }
      for (int i = 0; i < CONDITIONS.size(); i++) {
        int at = text.indexOf(" " + CONDITIONS.get(i) + " ");
        if (at >= 0) {
          int end = at + 1 + CONDITIONS.get(i).length();
          replace(Kind.CONDITION_TURNED, text, at + 1, end, CONDITIONS.get(i ^ 1));
        }
      }
      add(Kind.DROPPED, text, copy -> copy.get(row)[lane] = null);
      exchange(Kind.ROW_EARLIER, text, row - 1, lane);
      exchange(Kind.ROW_LATER, text, row + 1, lane);
      exchange(Kind.NEXT_LANE, text, row, lane + 1);
      exchangeTargets(text);
    }

    private Schedule.Placed at(int atRow, int atLane) {
      return schedule.traces().get(trace).rows().get(atRow).get(atLane);
    }

    private void replace(Kind kind, String text, int from, int to, String part) {
      String changed = text.substring(0, from) + part + text.substring(to);
      try {
        Slot slot = RowParser.parse(changed).get(0).slots().get(0);
        String both = text + " -> " + changed;
        add(kind, both, copy -> copy.get(row)[lane] = new Schedule.Placed(slot, -1));
      } catch (InputException e) {
        // Nothing that can be written down.
      }
    }

    private void exchange(Kind kind, String text, int otherRow, int otherLane) {
      List<List<Schedule.Placed>> rows = schedule.traces().get(trace).rows();
      if (otherRow >= 0 && otherRow < rows.size() && otherLane < rows.get(otherRow).size()) {
        add(
            kind,
            text,
            copy -> {
              Schedule.Placed other = copy.get(otherRow)[otherLane];
              copy.get(otherRow)[otherLane] = copy.get(row)[lane];
              copy.get(row)[lane] = other;
            });
      }
    }

    /** Exchanges a branch's target with the next one's. */
    private void exchangeTargets(String text) {
      if (!(at(row, lane).slot() instanceof Slot.Branch branch)) {
        return;
      }
      List<List<Schedule.Placed>> rows = schedule.traces().get(trace).rows();
      for (int r = row; r < rows.size(); r++) {
        for (int l = r == row ? lane + 1 : 0; l < rows.get(r).size(); l++) {
          Schedule.Placed placed = rows.get(r).get(l);
          if (placed != null
              && placed.slot() instanceof Slot.Branch other
              && other.target() != branch.target()) {
            int otherRow = r;
            int otherLane = l;
            add(
                Kind.TARGETS_EXCHANGED,
                text,
                copy -> {
                  copy.get(row)[lane] = to(branch, other.target());
                  copy.get(otherRow)[otherLane] = to(other, branch.target());
                });
            return;
          }
        }
      }
    }

    private static Schedule.Placed to(Slot.Branch branch, int target) {
      return new Schedule.Placed(
          new Slot.Branch(branch.opcode(), branch.is32(), branch.a(), branch.b(), target), -1);
    }

    private void add(Kind kind, String text, Consumer<List<Schedule.Placed[]>> change) {
      List<Schedule.Trace> traces = new ArrayList<>(schedule.traces());
      Schedule.Trace old = traces.get(trace);
      List<Schedule.Placed[]> rows = new ArrayList<>();
      old.rows().forEach(r -> rows.add(Arrays.copyOf(r.toArray(new Schedule.Placed[0]), lanes)));
      change.accept(rows);
      List<List<Schedule.Placed>> changed = new ArrayList<>();
      rows.forEach(r -> changed.add(Collections.unmodifiableList(Arrays.asList(r))));
      traces.set(trace, new Schedule.Trace(old.id(), old.block(), changed, old.next()));
      String where = "trace " + trace + " row " + row + " slot " + lane + ": " + text;
      all.add(new Mutation(kind, where, new Schedule(traces, schedule.expectedRows())));
    }
  }
}
