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

  /** How far ahead is tried when registers do not suffice. */
  private static final List<TraceScheduler.Reach> REACHES =
      List.of(
          new TraceScheduler.Reach(TraceScheduler.UNLIMITED, 0),
          new TraceScheduler.Reach(TraceScheduler.UNLIMITED, 2),
          new TraceScheduler.Reach(TraceScheduler.UNLIMITED, 4),
          new TraceScheduler.Reach(48, 0),
          new TraceScheduler.Reach(20, 0),
          new TraceScheduler.Reach(8, 0));

  @Override
  public Schedule run(Graph graph, PassContext context) {
    MachineSpec machine = context.machine();
    UnitCheck.check(graph, machine);
    EdgeSplitting.run(graph);
    Likelihoods likelihoods = new Likelihoods(graph);
    TraceFormation formation = new TraceFormation(graph, likelihoods);
    boolean boundsMove = Facts.moveBounds(graph);
    Live live = new Live(graph, boundsMove);
    StackUse stackUse = new StackUse(graph, context);
    graph.setStackFloor(stackUse.floor(graph.stackFloor()));
    Surroundings around =
        new Surroundings(
            formation,
            live,
            new StackLiveness(graph, context),
            stackUse,
            boundsMove,
            graph.stackFloor());
    int size = graph.blocks().stream().mapToInt(block -> block.values().size() + 1).sum();
    int attempts = Math.max(1, Math.min(MAX_ATTEMPTS, WORK / size));
    Attempt best = null;
    for (int variant = 0; variant < attempts; variant++) {
      Registers registers = new Registers(graph, machine, formation, live, likelihoods, variant);
      Attempt attempt = attempt(around, registers, machine, likelihoods);
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
      Surroundings around, Registers registers, MachineSpec machine, Likelihoods likelihoods) {
    List<Schedule.Trace> traces = new ArrayList<>();
    double expected = 0;
    double size = 0;
    for (Trace trace : around.formation().layout()) {
      Schedule.Trace rows = schedule(trace, around, registers, machine, likelihoods);
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

  /** The cheapest of several ways, if values must be spilled; else the first. */
  private static Schedule.Trace schedule(
      Trace trace,
      Surroundings around,
      Registers registers,
      MachineSpec machine,
      Likelihoods likelihoods) {
    Set<Integer> taken = new HashSet<>(registers.taken(trace));
    for (Value value : trace.head().values()) {
      if (value.operation() instanceof Operation.Parameter parameter) {
        taken.add(parameter.register());
      }
    }
    Schedule.Trace best = null;
    double least = Double.MAX_VALUE;
    for (TraceScheduler.Reach reach : REACHES) {
      TraceLowering code = new TraceLowering(trace, around, registers);
      new Dependences(code, around);
      TraceScheduler scheduler =
          new TraceScheduler(
              code.nodes(), taken, machine, reach, number -> registers.localSlot(trace, number));
      List<List<Schedule.Placed>> rows = scheduler.run();
      if (rows != null) {
        Schedule.Trace result =
            new Schedule.Trace(trace.id(), trace.head().id(), rows, code.next());
        double cost = expected(trace, result, likelihoods) + STATIC_WEIGHT * rows.size();
        if (cost < least) {
          least = cost;
          best = result;
        }
        if (scheduler.spilled() == 0 && reach.isUnlimited()) {
          break;
        }
      }
    }
    if (best == null) {
      throw new IllegalStateException("an instruction reads more registers than there are");
    }
    return best;
  }
}
