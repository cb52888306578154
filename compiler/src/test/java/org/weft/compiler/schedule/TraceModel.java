package org.weft.compiler.schedule;

import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.CumulativeConstraint;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.IntervalVar;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import com.google.ortools.sat.Literal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;

/**
 * The rules of a trace's rows for the constraint solver: every node has a row and a lane. Written
 * from the rules, not from the list scheduler, whose schedules must be solutions of it.
 */
final class TraceModel {
  /** What expected rows are multiplied with to be integers. */
  static final double SCALE = 100_000;

  private static final int ROWS_WEIGHT = 1;

  /**
   * A schedule.
   *
   * @param rows the row of each node
   * @param lanes the lane of each node
   * @param proven whether there is no better one
   * @param bound no schedule has a lower objective
   */
  record Solution(int[] rows, int[] lanes, boolean proven, double bound) {}

  private final RowScheduler.Task task;
  private final MachineSpec machine;
  private final List<Node> nodes;
  private final int horizon;
  private final boolean banks;
  private final CpModel model = new CpModel();
  private final int[] earliest;
  private final int[] latest;
  private final BoolVar[][] in;
  private final BoolVar[][] on;
  private final IntVar[] row;
  private final IntVar[] lane;
  private final IntVar height;

  /**
   * The rules.
   *
   * @param horizon rows at most
   * @param banks whether lanes and registers count; without them any slot of a row will do, and
   *     there are registers for all
   */
  TraceModel(RowScheduler.Task task, int horizon, boolean banks) {
    this.task = task;
    this.horizon = horizon;
    this.banks = banks;
    machine = task.machine();
    nodes = task.nodes();
    int count = nodes.size();
    earliest = new int[count];
    latest = new int[count];
    chains();
    in = new BoolVar[count][horizon];
    on = new BoolVar[count][machine.lanes()];
    row = new IntVar[count];
    lane = new IntVar[count];
    height = model.newIntVar(1, horizon, "height");
    for (int i = 0; i < count; i++) {
      variables(i);
    }
    units();
    calls();
    overlaps();
    for (Node node : nodes) {
      node.followers().forEach(edge -> waits(node, edge));
    }
    if (banks) {
      lanes();
      registers();
    }
  }

  /** The first and last row of each node as far as chains of waiting say. */
  private void chains() {
    Arrays.fill(latest, horizon - 1);
    for (Node node : nodes) {
      for (Node.Edge edge : node.followers()) {
        int to = edge.to().index();
        earliest[to] = Math.max(earliest[to], earliest[node.index()] + edge.rows());
      }
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      for (Node.Edge edge : nodes.get(i).followers()) {
        latest[i] = Math.min(latest[i], latest[edge.to().index()] - edge.rows());
      }
    }
  }

  private void variables(int i) {
    row[i] = model.newIntVar(earliest[i], latest[i], "row" + i);
    lane[i] = model.newIntVar(0, machine.lanes() - 1, "lane" + i);
    LinearExprBuilder sum = LinearExpr.newBuilder();
    List<Literal> places = new ArrayList<>();
    for (int t = earliest[i]; t <= latest[i]; t++) {
      in[i][t] = model.newBoolVar("in" + i + "_" + t);
      sum.addTerm(in[i][t], t);
      places.add(in[i][t]);
    }
    model.addExactlyOne(places);
    model.addEquality(row[i], sum);
    model.addGreaterOrEqual(height, LinearExpr.affine(row[i], 1, 1));
    if (banks) {
      LinearExprBuilder at = LinearExpr.newBuilder();
      for (int l = 0; l < machine.lanes(); l++) {
        on[i][l] = model.newBoolVar("on" + i + "_" + l);
        at.addTerm(on[i][l], l);
      }
      model.addExactlyOne(on[i]);
      model.addEquality(lane[i], at);
    }
  }

  // What a row holds.

  private void units() {
    atMost(machine.lanes(), node -> true);
    atMost(machine.branchSlots(), node -> node.unit() == Unit.BRANCH);
    atMost(machine.shifters(), node -> node.unit() == Unit.SHIFTER);
    atMost(machine.multipliers(), node -> node.unit() == Unit.MULTIPLIER);
    atMost(machine.dividers(), node -> node.unit() == Unit.DIVIDER);
    atMost(machine.operandWays(), node -> node.unit().sharesOperandWays());
    atMost(machine.atomics(), node -> node.unit() == Unit.ATOMIC);
    atMost(1, node -> node.unit() == Unit.CALL);
    atMost(1, node -> node.region() == Region.MAP);
    atMost(machine.memoryPorts(), node -> node.region() != null && node.region() != Region.MAP);
  }

  private void atMost(int limit, Predicate<Node> concerned) {
    List<Node> users = nodes.stream().filter(concerned).toList();
    if (users.size() <= limit) {
      return;
    }
    for (int t = 0; t < horizon; t++) {
      List<Literal> here = here(users, t);
      if (here.size() > limit) {
        model.addLessOrEqual(LinearExpr.sum(here.toArray(new Literal[0])), limit);
      }
    }
  }

  private List<Literal> here(List<Node> some, int t) {
    List<Literal> here = new ArrayList<>();
    for (Node node : some) {
      if (in[node.index()][t] != null) {
        here.add(in[node.index()][t]);
      }
    }
    return here;
  }

  /** Stores to the stack of which one may go anywhere. */
  private void overlaps() {
    List<Node> stores =
        nodes.stream().filter(n -> n.region() == Region.STACK && n.isEffect()).toList();
    for (Node store : stores) {
      for (Node other : stores) {
        if (store != other && !isAtKnownPlace(store)) {
          never(store, other);
        }
      }
    }
  }

  private static boolean isAtKnownPlace(Node node) {
    return node.template() instanceof Slot.Store store
        ? store.base() == Slot.NO_BASE
        : ((Slot.Atomic) node.template()).base() == Slot.NO_BASE;
  }

  private void calls() {
    List<Node> branches = nodes.stream().filter(Node::isControl).toList();
    for (Node call : nodes) {
      if (call.isTailCall()) {
        // It is the last in its row.
        for (Node other : nodes) {
          if (banks && other.index() < call.index()) {
            BoolVar before = model.newBoolVar("before" + other.index());
            model
                .addGreaterOrEqual(place(call.index(), 0), place(other.index(), 1))
                .onlyEnforceIf(before);
            model.addGreaterThan(row[other.index()], row[call.index()]).onlyEnforceIf(before.not());
          }
        }
      }
      if (call.movesBounds()) {
        for (Node other : nodes) {
          boolean local = other.region() != null && other.region() != Region.MAP;
          if (local || other.readsFact()) {
            never(call, other);
          }
        }
      }
      if (call.template() instanceof Slot.Call slot) {
        for (Node store : nodes) {
          boolean seen = store.region() != null && slot.regions().contains(store.region());
          if (seen && store.isEffect()) {
            for (Node branch : branches) {
              never(call, store, branch);
            }
          }
        }
      }
    }
  }

  /** Nodes that never share a row all together. */
  private void never(Node... some) {
    for (int t = 0; t < horizon; t++) {
      List<Literal> here = here(List.of(some), t);
      if (here.size() == some.length) {
        model.addBoolOr(here.stream().map(Literal::not).toArray(Literal[]::new));
      }
    }
  }

  // Order.

  private LinearExpr place(int node, int more) {
    return LinearExpr.newBuilder()
        .addTerm(row[node], machine.lanes())
        .add(lane[node])
        .add(more)
        .build();
  }

  private void waits(Node node, Node.Edge edge) {
    int from = node.index();
    int to = edge.to().index();
    model.addGreaterOrEqual(row[to], LinearExpr.affine(row[from], 1, edge.rows()));
    if (edge.ordered() && banks) {
      model.addGreaterOrEqual(place(to, 0), place(from, 1));
    }
    // The same row by row, which the solver's linear relaxation makes more of.
    for (int t = Math.max(earliest[to], earliest[from]); t < latest[to]; t++) {
      LinearExprBuilder done = LinearExpr.newBuilder();
      for (int s = earliest[to]; s <= t; s++) {
        done.addTerm(in[to][s], 1);
      }
      for (int s = earliest[from]; s <= Math.min(t - edge.rows(), latest[from]); s++) {
        done.addTerm(in[from][s], -1);
      }
      model.addLessOrEqual(done, 0);
    }
  }

  // Lanes and their banks.

  private void lanes() {
    for (int l = 0; l < machine.lanes(); l++) {
      List<IntervalVar> here = new ArrayList<>();
      for (Node node : nodes) {
        int i = node.index();
        here.add(model.newOptionalFixedSizeIntervalVar(row[i], 1, on[i][l], "at" + i + "_" + l));
      }
      model.addNoOverlap(here);
    }
  }

  private void registers() {
    Map<Vreg, List<Node>> users = new HashMap<>();
    for (Node node : nodes) {
      node.uses().forEach(use -> users.computeIfAbsent(use, u -> new ArrayList<>()).add(node));
    }
    CumulativeConstraint[] bank = new CumulativeConstraint[machine.lanes()];
    for (int l = 0; l < bank.length; l++) {
      bank[l] = model.addCumulative(free(l));
    }
    for (Node node : nodes) {
      Vreg def = node.def();
      if (def != null && def.isGlobal()) {
        model.addEquality(lane[node.index()], machine.laneOf(def.physical()));
      } else if (def != null) {
        occupies(node, users.getOrDefault(def, List.of()), bank);
      }
    }
  }

  private int free(int bank) {
    int free = 0;
    for (int register = bank; register < machine.registers(); register += machine.lanes()) {
      free += task.taken().contains(register) ? 0 : 1;
    }
    return free;
  }

  /**
   * A register is in use from the end of the row that writes it to the start of the last reader.
   */
  private void occupies(Node node, List<Node> users, CumulativeConstraint... bank) {
    int i = node.index();
    IntVar until = model.newIntVar(1, horizon, "until" + i);
    IntVar length = model.newIntVar(1, horizon, "length" + i);
    for (Node user : users) {
      model.addGreaterOrEqual(until, row[user.index()]);
    }
    for (int l = 0; l < bank.length; l++) {
      IntervalVar interval =
          model.newOptionalIntervalVar(row[i], length, until, on[i][l], "live" + i + "_" + l);
      bank[l].addDemand(interval, 1);
    }
  }

  // Solving.

  /** Starts from a schedule that is known. */
  void hint(int[] rows, int... lanes) {
    for (int i = 0; i < rows.length; i++) {
      model.addHint(row[i], rows[i]);
      for (int t = earliest[i]; t <= latest[i]; t++) {
        model.addHint(in[i][t], t == rows[i]);
      }
      for (int l = 0; banks && l < machine.lanes(); l++) {
        model.addHint(on[i][l], l == lanes[i]);
      }
    }
  }

  /** As few rows as there can be. */
  Solution fewestRows(double seconds) {
    model.minimize(height);
    return solve(seconds);
  }

  /** As few executed rows as there can be, and among these few rows. */
  Solution fewestExpected(double seconds) {
    LinearExprBuilder sum = LinearExpr.newBuilder();
    int branch = 0;
    for (Node node : nodes) {
      List<Double> leaving = task.flow().leaving();
      if (TraceFlow.mayLeave(node.template()) && branch < leaving.size()) {
        long weight = Math.round(leaving.get(branch++) * SCALE);
        sum.addTerm(row[node.index()], weight).add(weight);
      }
    }
    sum.addTerm(height, Math.round(task.flow().stays() * SCALE) + ROWS_WEIGHT);
    model.minimize(sum);
    return solve(seconds);
  }

  private Solution solve(double seconds) {
    CpSolver solver = new CpSolver();
    solver.getParameters().setMaxTimeInSeconds(seconds).setNumWorkers(2).setRandomSeed(1);
    CpSolverStatus status = solver.solve(model);
    if (status == CpSolverStatus.INFEASIBLE || status == CpSolverStatus.MODEL_INVALID) {
      throw new IllegalStateException("trace " + task.trace() + ": " + status);
    }
    if (status == CpSolverStatus.UNKNOWN) {
      return new Solution(null, null, false, solver.bestObjectiveBound());
    }
    int[] rows = Arrays.stream(row).mapToInt(r -> (int) solver.value(r)).toArray();
    int[] lanes = Arrays.stream(lane).mapToInt(l -> (int) solver.value(l)).toArray();
    boolean proven = status == CpSolverStatus.OPTIMAL;
    return new Solution(rows, lanes, proven, solver.bestObjectiveBound());
  }
}
