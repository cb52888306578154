package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Schedules traces with the fewest executed rows that there can be, as far as the solver finds and
 * proves it in its time, and keeps how far from it the list scheduler is.
 */
final class OptimalRows implements RowScheduler {
  private final double seconds;
  private final boolean comparing;
  private final List<Distance> distances = new ArrayList<>();

  /**
   * A trace by list and at best.
   *
   * @param trace the trace's number
   * @param nodes instructions in it
   * @param entered how often for each packet
   * @param listRows rows that the list scheduler makes
   * @param fewestRows rows that it can be done in; as many are needed when {@code rowsProven}
   * @param listExpected rows executed each time the trace is entered, by the list scheduler
   * @param expected the same at best that is known
   * @param bound no schedule has fewer
   * @param freeExpected no schedule has fewer, were it not for lanes, banks and registers; NaN when
   *     not asked for
   * @param list the rows by list
   * @param best the rows at best
   */
  record Distance(
      int trace,
      int nodes,
      double entered,
      int listRows,
      int fewestRows,
      boolean rowsProven,
      double listExpected,
      double expected,
      double bound,
      double freeExpected,
      List<List<Schedule.Placed>> list,
      List<List<Schedule.Placed>> best) {
    boolean isProven() {
      return bound > expected - 1e-3;
    }

    /** The same where the list scheduler did better with another priority. */
    Distance withList(List<List<Schedule.Placed>> rows, double executed) {
      return new Distance(
          trace,
          nodes,
          entered,
          rows.size(),
          Math.min(fewestRows, rows.size()),
          rowsProven,
          executed,
          Math.min(expected, executed),
          Math.min(bound, executed),
          freeExpected,
          rows,
          executed < expected ? rows : best);
    }
  }

  /**
   * A scheduler.
   *
   * @param seconds for each question to the solver
   * @param comparing whether to ask for the fewest rows, and for rows without banks, too
   */
  OptimalRows(double seconds, boolean comparing) {
    this.seconds = seconds;
    this.comparing = comparing;
  }

  /** The traces scheduled so far. */
  List<Distance> distances() {
    return distances;
  }

  /** The list scheduler's; the solver, which needs none, works with the first only. */
  @Override
  public List<Priority> priorities() {
    return RowScheduler.LIST.priorities();
  }

  /** Rows by list with another priority than the first: what became the best stays the best. */
  private List<List<Schedule.Placed>> again(Task task) {
    List<List<Schedule.Placed>> list = RowScheduler.LIST.rows(task);
    int last = distances.size() - 1;
    if (list != null && !task.room().isUsed()) {
      double executed = task.flow().expectedRows(list);
      Distance before = distances.get(last);
      boolean better =
          executed < before.listExpected() - 1e-9
              || executed < before.listExpected() + 1e-9 && list.size() < before.listRows();
      if (better) {
        distances.set(last, before.withList(list, executed));
      }
    }
    return list;
  }

  private boolean isSolved(Task task) {
    return !distances.isEmpty() && distances.get(distances.size() - 1).trace() == task.trace();
  }

  @Override
  public List<List<Schedule.Placed>> rows(Task task) {
    if (isSolved(task)) {
      return again(task);
    }
    // The list scheduler's work on registers and lanes is taken back below.
    List<List<Schedule.Placed>> list = RowScheduler.LIST.rows(task);
    if (list == null || task.room().isUsed()) {
      return list;
    }
    int[] listRows = task.nodes().stream().mapToInt(Node::row).toArray();
    int[] listLanes = lanes(task, list);
    double listExpected = task.flow().expectedRows(list);
    TraceModel model = new TraceModel(task, horizon(task, listExpected, list.size()), true);
    model.hint(listRows, listLanes);
    TraceModel.Solution best = model.fewestExpected(seconds);
    List<List<Schedule.Placed>> rows =
        best.rows() == null ? list : place(task, best.rows(), best.lanes());
    double expected = task.flow().expectedRows(rows);
    if (expected > listExpected + 1e-3) {
      rows = place(task, listRows, listLanes);
      expected = listExpected;
    }
    double bound = Math.min(expected, best.bound() / TraceModel.SCALE);
    distances.add(compare(task, list, listRows, listLanes, rows, bound));
    return rows;
  }

  private Distance compare(
      Task task,
      List<List<Schedule.Placed>> list,
      int[] listRows,
      int[] listLanes,
      List<List<Schedule.Placed>> best,
      double bound) {
    double listExpected = task.flow().expectedRows(list);
    int fewest = list.size();
    boolean proven = false;
    double free = Double.NaN;
    if (comparing) {
      TraceModel model = new TraceModel(task, list.size(), true);
      model.hint(listRows, listLanes);
      TraceModel.Solution solution = model.fewestRows(seconds);
      fewest =
          solution.rows() == null ? fewest : Arrays.stream(solution.rows()).max().orElse(0) + 1;
      proven = solution.proven();
      TraceModel relaxed = new TraceModel(task, horizon(task, listExpected, list.size()), false);
      relaxed.hint(listRows, listLanes);
      free = Math.min(bound, relaxed.fewestExpected(seconds).bound() / TraceModel.SCALE);
    }
    return new Distance(
        task.trace(),
        task.nodes().size(),
        task.flow().entered(),
        list.size(),
        fewest,
        proven,
        listExpected,
        task.flow().expectedRows(best),
        bound,
        free,
        list,
        best);
  }

  /** With more rows than this a schedule is worse than the one that is known. */
  private static int horizon(Task task, double expected, int rows) {
    double left = expected + 1e-3 - task.flow().leaving().stream().mapToDouble(d -> d).sum();
    double most = task.flow().stays() > 0 ? left / task.flow().stays() : Double.MAX_VALUE;
    return Math.max(rows, (int) Math.min(most, task.nodes().size()));
  }

  /** The lane of each node in rows. */
  private static int[] lanes(Task task, List<List<Schedule.Placed>> rows) {
    int[] lanes = new int[task.nodes().size()];
    List<List<Schedule.Placed>> left = new ArrayList<>();
    rows.forEach(row -> left.add(new ArrayList<>(row)));
    for (Node node : task.nodes()) {
      List<Schedule.Placed> row = left.get(node.row());
      int lane = row.indexOf(new Schedule.Placed(node.slot(), node.origin()));
      if (lane < 0) {
        throw new IllegalStateException(node.slot() + " is not in its row");
      }
      lanes[node.index()] = lane;
      row.set(lane, null);
    }
    return lanes;
  }

  /** Gives registers and makes rows; those with nothing in them are left out. */
  private static List<List<Schedule.Placed>> place(Task task, int[] rows, int[] lanes) {
    registers(task, rows, lanes);
    int[] used = Arrays.stream(rows).sorted().distinct().toArray();
    List<List<Schedule.Placed>> result = new ArrayList<>();
    for (int number : used) {
      Schedule.Placed[] slots = new Schedule.Placed[task.machine().lanes()];
      for (Node node : task.nodes()) {
        if (rows[node.index()] == number) {
          slots[lanes[node.index()]] = new Schedule.Placed(node.slot(), node.origin());
          node.setRow(result.size());
        }
      }
      result.add(Schedule.row(slots));
    }
    return result;
  }

  private static void registers(Task task, int[] rows, int... lanes) {
    Map<Vreg, Integer> until = new HashMap<>();
    for (Node node : task.nodes()) {
      node.uses().forEach(use -> until.merge(use, rows[node.index()], Math::max));
    }
    int[] busyUntil = new int[task.machine().registers()];
    task.taken().forEach(register -> busyUntil[register] = Integer.MAX_VALUE);
    task.nodes().stream()
        .filter(node -> node.def() != null && !node.def().isGlobal())
        .sorted(Comparator.comparingInt((Node node) -> rows[node.index()]))
        .forEach(
            node -> {
              int row = rows[node.index()];
              int register = lanes[node.index()];
              while (busyUntil[register] > row) {
                register += task.machine().lanes();
              }
              busyUntil[register] = Math.max(row + 1, until.getOrDefault(node.def(), 0));
              node.def().place(register);
            });
  }
}
