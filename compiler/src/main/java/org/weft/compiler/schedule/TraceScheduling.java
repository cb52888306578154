package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.compiler.pass.PassContext;
import org.weft.compiler.pass.StackLiveness;
import org.weft.compiler.pass.StackUse;
import org.weft.compiler.profile.Likelihoods;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;

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

  private final RowScheduler search;
  private final RowScheduler last;

  /** Traces are scheduled by lists. */
  public TraceScheduling() {
    this(RowScheduler.LIST, RowScheduler.LIST);
  }

  /**
   * Traces are scheduled by others.
   *
   * @param search schedules each attempt
   * @param last schedules once more what became the best attempt
   */
  TraceScheduling(RowScheduler search, RowScheduler last) {
    this.search = search;
    this.last = last;
  }

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
    int size = graph.blocks().stream().mapToInt(block -> block.values().size() + 1).sum();
    int attempts = Math.max(1, Math.min(MAX_ATTEMPTS, WORK / size));
    Attempt best = null;
    int bestVariant = 0;
    for (int variant = 0; variant < attempts; variant++) {
      Registers registers = new Registers(graph, machine, formation, live, likelihoods, variant);
      Attempt attempt = attempt(search, around, registers, machine, likelihoods, graph.name());
      if (best == null || attempt.cost() < best.cost() - 1e-9) {
        best = attempt;
        bestVariant = variant;
      }
    }
    if (last != search) {
      Registers registers =
          new Registers(graph, machine, formation, live, likelihoods, bestVariant);
      best = attempt(last, around, registers, machine, likelihoods, graph.name());
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
      RowScheduler scheduler,
      Surroundings around,
      Registers registers,
      MachineSpec machine,
      Likelihoods likelihoods,
      String program) {
    List<Schedule.Trace> traces = new ArrayList<>();
    double expected = 0;
    double size = 0;
    for (Trace trace : around.formation().layout()) {
      TraceFlow flow = TraceFlow.of(trace, likelihoods);
      Schedule.Trace rows = schedule(scheduler, trace, flow, around, registers, machine, program);
      traces.add(rows);
      expected += flow.entered() * flow.expectedRows(rows.rows());
      size += rows.rows().size();
    }
    return new Attempt(new Schedule(traces, expected), expected + STATIC_WEIGHT * size);
  }

  private static Schedule.Trace schedule(
      RowScheduler scheduler,
      Trace trace,
      TraceFlow flow,
      Surroundings around,
      Registers registers,
      MachineSpec machine,
      String program) {
    Set<Integer> taken = new HashSet<>(registers.taken(trace));
    for (Value value : trace.head().values()) {
      if (value.operation() instanceof Operation.Parameter parameter) {
        taken.add(parameter.register());
      }
    }
    LocalSpills watch = LocalSpills.watching(Integer.MAX_VALUE);
    for (int window : WINDOWS) {
      TraceLowering code = new TraceLowering(trace, around, registers, watch);
      List<List<Schedule.Placed>> rows =
          rows(scheduler, code, flow, around, taken, machine, window);
      if (rows != null) {
        return new Schedule.Trace(trace.id(), trace.head().id(), rows, code.next());
      }
    }
    for (int distance = 8; distance >= 1; distance /= 2) {
      watch = LocalSpills.watching(distance);
      new TraceLowering(trace, around, registers, watch);
      TraceLowering code = new TraceLowering(trace, around, registers, watch.spilling());
      List<List<Schedule.Placed>> rows = rows(scheduler, code, flow, around, taken, machine, 1);
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
      RowScheduler scheduler,
      TraceLowering code,
      TraceFlow flow,
      Surroundings around,
      Set<Integer> taken,
      MachineSpec machine,
      int window) {
    new Dependences(code, around);
    return scheduler.rows(
        new RowScheduler.Task(code.trace().id(), code.nodes(), taken, machine, flow, window));
  }
}
