package org.weft.sim.rows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.RowPrinter;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;

/** What the slots of executed rows are for: found backward from what the packet sees. */
final class RowUse {
  private final List<List<Done>> rows = new ArrayList<>();
  private final List<Integer> numbers = new ArrayList<>();
  private final int floor;

  /** A slot that was executed. */
  private static final class Done {
    final Slot slot;
    final boolean killed;
    final List<Done> sources = new ArrayList<>();
    boolean used;
    int depth;

    Done(Slot slot, boolean killed) {
      this.slot = slot;
      this.killed = killed;
    }
  }

  /**
   * @param floor the lowest stack address that is the program's own
   */
  RowUse(ProgramImage image, List<int[]> path, int floor) {
    this.floor = floor;
    Map<Integer, Done> holds = new HashMap<>();
    for (int[] step : path) {
      if (step[0] < 0) {
        holds.clear();
        continue;
      }
      List<Slot> slots = image.rows().get(step[0]).slots();
      List<Done> row = new ArrayList<>();
      for (int i = 0; i < slots.size(); i++) {
        Done done = new Done(slots.get(i), i > step[1]);
        row.add(done);
        for (int register = 0; register < 32; register++) {
          if ((done.slot.reads() >>> register & 1) != 0 && holds.containsKey(register)) {
            done.sources.add(holds.get(register));
          }
        }
        if (spill(done.slot) != 0 && done.slot instanceof Slot.Load) {
          done.sources.add(holds.getOrDefault(spill(done.slot), done));
        }
        done.depth = done.sources.stream().mapToInt(d -> d.depth + 1).max().orElse(1);
      }
      rows.add(row);
      numbers.add(step[0]);
      for (Done done : row) {
        if (done.killed) {
          continue;
        }
        if (done.slot.writes() != 0) {
          holds.put(Integer.numberOfTrailingZeros(done.slot.writes()), done);
        } else if (spill(done.slot) != 0) {
          holds.put(spill(done.slot), done);
        }
        if (isRoot(done)) {
          use(done);
        }
      }
    }
  }

  /** A number below 0 for a spill slot; 0 for all others. */
  private int spill(Slot slot) {
    int offset =
        slot instanceof Slot.Store s && s.region() == Region.STACK && s.base() == Slot.NO_BASE
            ? s.offset()
            : slot instanceof Slot.Load l && l.region() == Region.STACK && l.base() == Slot.NO_BASE
                ? l.offset()
                : floor;
    return offset < floor ? -1 - offset : 0;
  }

  private boolean isRoot(Done done) {
    Unit unit = done.slot.opcode().unit();
    return unit == Unit.BRANCH
        || unit == Unit.CALL
        || unit == Unit.ATOMIC
        || done.slot instanceof Slot.Store && spill(done.slot) == 0;
  }

  private static void use(Done done) {
    if (!done.used) {
      done.used = true;
      done.sources.forEach(RowUse::use);
    }
  }

  /** What a slot is for. */
  private String kind(Done done) {
    if (done.slot instanceof Slot.Nop) {
      return "empty";
    }
    boolean move = done.slot instanceof Slot.Alu alu && alu.opcode() == Opcode.MOV;
    if (done.killed) {
      return "killed";
    } else if (!done.used) {
      return move ? "unused move" : "unused";
    }
    boolean constant = move && !((Slot.Alu) done.slot).b().isRegister();
    return move ? constant ? "constant" : "copy" : spill(done.slot) != 0 ? "spill" : "used";
  }

  /** How many slots are for what. */
  Map<String, Integer> totals() {
    Map<String, Integer> totals = new HashMap<>();
    for (List<Done> row : rows) {
      row.forEach(done -> totals.merge(kind(done), 1, Integer::sum));
    }
    return totals;
  }

  /** The rows with what their slots are for. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      StringBuilder line = new StringBuilder();
      line.append(String.format("%4d:", numbers.get(i)));
      for (Done done : rows.get(i)) {
        String kind = kind(done);
        line.append(" | ").append(RowPrinter.print(done.slot));
        line.append(kind.equals("used") || kind.equals("empty") ? "" : " {" + kind + "}");
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
