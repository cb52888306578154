package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.pass.PassContext;
import org.weft.compiler.pass.StackLiveness;
import org.weft.compiler.pass.StackUse;
import org.weft.compiler.profile.Likelihoods;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Unit;

/**
 * List scheduling over traces: what lies behind likely branches is done early, with registers given
 * at the same time, since a lane writes its own bank only.
 */
public final class TraceScheduling implements Scheduler {
  private static final int MAX_ATTEMPTS = 24;

  /** Instructions scheduled over all attempts. */
  private static final int WORK = 12_000;

  /** What a row of the program counts against one that is executed. */
  private static final double STATIC_WEIGHT = 0.01;

  /** Windows that are tried one after the other when registers do not suffice. */
  private static final int[] WINDOWS = {1 << 20, 48, 20, 8, 3, 1};

  @Override
  public Schedule run(Graph graph, PassContext context) {
    MachineSpec machine = context.machine();
    UnitCheck.check(graph, machine);
    EdgeSplitting.run(graph);
    Likelihoods likelihoods = new Likelihoods(graph);
    TraceFormation formation = new TraceFormation(graph, likelihoods);
    boolean boundsMove = Facts.moveBounds(graph);
    Live live = new Live(graph, boundsMove);
    Surroundings around =
        new Surroundings(
            formation,
            live,
            new StackLiveness(graph, context),
            new StackUse(graph, context),
            boundsMove,
            graph.stackFloor());
    PhiClasses classes = new PhiClasses(graph, live, likelihoods, boundsMove);
    int size = graph.blocks().stream().mapToInt(block -> block.values().size() + 1).sum();
    int attempts = Math.max(1, Math.min(MAX_ATTEMPTS, WORK / size));
    Attempt best = null;
    for (int variant = 0; variant < attempts; variant++) {
      Registers registers =
          new Registers(graph, machine, formation, live, classes, likelihoods, variant);
      Attempt attempt = attempt(around, registers, machine, likelihoods, graph.name());
      if (best == null || attempt.cost() < best.cost() - 1e-9) {
        best = attempt;
      }
    }
    return best.schedule();
  }

  /**
   * One way to schedule.
   *
   * @param cost rows executed for a packet, as far as likelihoods say, and a little for each row
   */
  private record Attempt(Schedule schedule, double cost) {}

  private static Attempt attempt(
      Surroundings around,
      Registers registers,
      MachineSpec machine,
      Likelihoods likelihoods,
      String program) {
    List<Schedule.Trace> traces = new ArrayList<>();
    double expected = 0;
    double size = 0;
    for (Trace trace : around.formation().layout()) {
      Schedule.Trace rows = schedule(trace, around, registers, machine, program);
      traces.add(rows);
      expected += likelihoods.frequency(trace.head()) * expected(trace, rows, likelihoods);
      size += rows.rows().size();
    }
    return new Attempt(new Schedule(traces, expected), expected + STATIC_WEIGHT * size);
  }

  /** Rows executed in a trace each time it is entered: branches leave it before its end. */
  private static double expected(Trace trace, Schedule.Trace rows, Likelihoods likelihoods) {
    List<Double> leaving = new ArrayList<>();
    double stays = 1;
    for (int i = 0; i < trace.blocks().size(); i++) {
      if (trace.blocks().get(i).terminator() instanceof Terminator.Branch branch) {
        Block following = i + 1 < trace.blocks().size() ? trace.blocks().get(i + 1) : branch.next();
        double goesOn = likelihoods.of(trace.blocks().get(i), following);
        leaving.add(stays * (1 - goesOn));
        stays *= goesOn;
      }
    }
    double sum = 0;
    int branch = 0;
    for (int row = 0; row < rows.rows().size(); row++) {
      for (Schedule.Placed placed : rows.rows().get(row)) {
        boolean leaves =
            placed != null
                && placed.slot().opcode().unit() == Unit.BRANCH
                && placed.slot().opcode().condition() != Condition.ALWAYS;
        if (leaves && branch < leaving.size()) {
          sum += leaving.get(branch++) * (row + 1);
        }
      }
    }
    return sum + stays * rows.rows().size();
  }

  private static Schedule.Trace schedule(
      Trace trace, Surroundings around, Registers registers, MachineSpec machine, String program) {
    Set<Integer> taken = new HashSet<>(registers.taken(trace));
    for (Value value : trace.head().values()) {
      if (value.operation() instanceof Operation.Parameter parameter) {
        taken.add(parameter.register());
      }
    }
    LocalSpills watch = LocalSpills.watching(Integer.MAX_VALUE);
    for (int window : WINDOWS) {
      TraceLowering code = new TraceLowering(trace, around, registers, watch);
      List<List<Schedule.Placed>> rows = rows(code, around, taken, machine, window);
      if (rows != null) {
        return new Schedule.Trace(trace.id(), trace.head().id(), rows, code.next());
      }
    }
    for (int distance = 8; distance >= 1; distance /= 2) {
      watch = LocalSpills.watching(distance);
      new TraceLowering(trace, around, registers, watch);
      TraceLowering code = new TraceLowering(trace, around, registers, watch.spilling());
      List<List<Schedule.Placed>> rows = rows(code, around, taken, machine, 1);
      if (rows != null) {
        return new Schedule.Trace(trace.id(), trace.head().id(), rows, code.next());
      }
    }
    throw new RefusedException(
        "program "
            + program
            + ": needs more registers than machine "
            + machine.name()
            + " has ("
            + machine.registers()
            + ")");
  }

  private static List<List<Schedule.Placed>> rows(
      TraceLowering code,
      Surroundings around,
      Set<Integer> taken,
      MachineSpec machine,
      int window) {
    new Dependences(code, around);
    return new TraceScheduler(code.nodes(), taken, machine, window).run();
  }
}
