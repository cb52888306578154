package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.compiler.lower.Lowered;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Slot;

/**
 * List scheduling inside blocks: row by row the ready operation with the longest chain of
 * dependents goes first. What transfers control stands behind all else: in the last row, on a
 * higher lane.
 */
public final class ListScheduler implements Scheduler {
  @Override
  public Schedule run(Lowered program, MachineSpec machine) {
    List<Schedule.Block> blocks = new ArrayList<>();
    for (Lowered.Block block : program.blocks()) {
      blocks.add(
          new Schedule.Block(block.id(), new BlockScheduler(block, machine).run(), block.next()));
    }
    return new Schedule(blocks);
  }

  /** The work on one block. */
  private static final class BlockScheduler {
    /** Blocks longer than this are scheduled piece by piece, to keep the work linear. */
    private static final int WINDOW = 256;

    private final List<Lowered.Operation> work = new ArrayList<>();
    private final List<Lowered.Operation> control = new ArrayList<>();
    private final MachineSpec machine;
    private final List<RowInProgress> rows = new ArrayList<>();

    BlockScheduler(Lowered.Block block, MachineSpec machine) {
      this.machine = machine;
      for (Lowered.Operation operation : block.operations()) {
        (Dependence.isControl(operation.slot()) ? control : work).add(operation);
      }
    }

    List<List<Lowered.Operation>> run() {
      for (int from = 0; from < work.size(); from += WINDOW) {
        schedule(work.subList(from, Math.min(work.size(), from + WINDOW)));
      }
      control.forEach(this::place);
      List<List<Lowered.Operation>> result = new ArrayList<>();
      rows.forEach(row -> result.add(row.lanes()));
      return result;
    }

    private void schedule(List<Lowered.Operation> window) {
      int count = window.size();
      int[][] distance = new int[count][count];
      int[] height = new int[count];
      for (int i = count - 1; i >= 0; i--) {
        for (int j = i + 1; j < count; j++) {
          distance[i][j] = Dependence.between(window.get(i).slot(), window.get(j).slot());
          if (distance[i][j] != Dependence.NONE) {
            height[i] = Math.max(height[i], height[j] + distance[i][j]);
          }
        }
      }
      int start = rows.size();
      int[] rowOf = new int[count];
      Arrays.fill(rowOf, -1);
      int left = count;
      for (int row = start; left > 0; row++) {
        RowInProgress current = new RowInProgress(machine);
        rows.add(current);
        while (true) {
          int best = -1;
          for (int i = 0; i < count; i++) {
            boolean better = best < 0 || height[i] > height[best];
            if (rowOf[i] < 0
                && better
                && isReady(i, row, rowOf, distance)
                && current.fits(window.get(i).slot())) {
              best = i;
            }
          }
          if (best < 0) {
            break;
          }
          current.add(window.get(best));
          rowOf[best] = row;
          left--;
        }
      }
    }

    private static boolean isReady(int i, int row, int[] rowOf, int[][] distance) {
      for (int j = 0; j < i; j++) {
        int needed = distance[j][i];
        if (needed != Dependence.NONE && (rowOf[j] < 0 || row < rowOf[j] + needed)) {
          return false;
        }
      }
      return true;
    }

    /** Control reads registers: it stands after the rows that write them, and kills nothing. */
    private void place(Lowered.Operation operation) {
      Slot slot = operation.slot();
      boolean waits = rows.isEmpty() || rows.get(rows.size() - 1).writes(slot.reads());
      RowInProgress last = waits ? null : rows.get(rows.size() - 1);
      if (last == null || !last.fitsBehind(slot)) {
        last = new RowInProgress(machine);
        rows.add(last);
      }
      last.addBehind(operation);
    }
  }
}
