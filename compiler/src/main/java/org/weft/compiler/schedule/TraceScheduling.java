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

  /** How far ahead is tried when registers do not suffice. */
  private static final List<Reach> REACHES =
      List.of(
          Reach.EVERYTHING,
          new Reach(Reach.UNLIMITED, 2),
          new Reach(Reach.UNLIMITED, 4),
          new Reach(48, 0),
          new Reach(20, 0),
          new Reach(8, 0));

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
    StackUse stackUse = new StackUse(graph, context);
    graph.setStackFloor(stackUse.floor(graph));
    Surroundings around =
        new Surroundings(
            formation,
            live,
            new StackLiveness(graph, context),
            stackUse,
            boundsMove,
            graph.stackFloor());
    PhiClasses classes = new PhiClasses(graph, live, likelihoods, boundsMove);
    int size = graph.blocks().stream().mapToInt(block -> block.values().size() + 1).sum();
    int attempts = Math.max(1, Math.min(MAX_ATTEMPTS, WORK / size));
    Set<Registers> tried = new HashSet<>();
    Attempt best = null;
    int bestVariant = 0;
    for (int variant = 0; variant < attempts; variant++) {
      Registers registers =
          new Registers(graph, machine, formation, live, classes, likelihoods, variant);
      if (!tried.add(registers)) {
        continue;
      }
      double limit = best == null ? Double.MAX_VALUE : best.cost() - 1e-9;
      Attempt attempt = attempt(search, around, registers, machine, likelihoods, limit);
      if (attempt != null) {
        best = attempt;
        bestVariant = variant;
      }
    }
    if (last != search) {
      Registers registers =
          new Registers(graph, machine, formation, live, classes, likelihoods, bestVariant);
      best = attempt(last, around, registers, machine, likelihoods, Double.MAX_VALUE);
    }
    return best.schedule();
  }

  /**
   * One way to schedule.
   *
   * @param cost rows executed for a packet, as far as likelihoods say, and a little for each row
   */
  private record Attempt(Schedule schedule, double cost) {}

  /** An attempt, or null as soon as it is seen not to cost less than a limit. */
  private static Attempt attempt(
      RowScheduler scheduler,
      Surroundings around,
      Registers registers,
      MachineSpec machine,
      Likelihoods likelihoods,
      double limit) {
    List<Schedule.Trace> traces = new ArrayList<>();
    double expected = 0;
    double size = 0;
    for (Trace trace : around.formation().layout()) {
      TraceFlow flow = TraceFlow.of(trace, likelihoods);
      Schedule.Trace rows = schedule(scheduler, trace, flow, around, registers, machine);
      traces.add(rows);
      expected += flow.entered() * flow.expectedRows(rows.rows());
      size += rows.rows().size();
      if (expected + STATIC_WEIGHT * size >= limit) {
        return null;
      }
    }
    return new Attempt(new Schedule(traces, expected), expected + STATIC_WEIGHT * size);
  }

  /** The cheapest of several ways, if values must be spilled; else the first. */
  private static Schedule.Trace schedule(
      RowScheduler scheduler,
      Trace trace,
      TraceFlow flow,
      Surroundings around,
      Registers registers,
      MachineSpec machine) {
    Set<Integer> taken = new HashSet<>(registers.taken(trace));
    for (Value value : trace.head().values()) {
      if (value.operation() instanceof Operation.Parameter parameter) {
        taken.add(parameter.register());
      }
    }
    Schedule.Trace best = null;
    double least = Double.MAX_VALUE;
    for (Priority priority : scheduler.priorities()) {
      for (Reach reach : REACHES) {
        TraceLowering code = new TraceLowering(trace, around, registers);
        new Dependences(code, around);
        if (!priority.suits(code.nodes(), flow)) {
          break;
        }
        SpillRoom room = new SpillRoom(number -> registers.localSlot(trace, number));
        List<List<Schedule.Placed>> rows =
            scheduler.rows(
                new RowScheduler.Task(
                    trace.id(), code.nodes(), taken, machine, flow, priority, reach, room));
        if (rows == null) {
          continue;
        }
        double cost = flow.expectedRows(rows) + STATIC_WEIGHT * rows.size();
        if (cost < least - 1e-9) {
          least = cost;
          best = new Schedule.Trace(trace.id(), trace.head().id(), rows, code.next());
        }
        if (!room.isUsed() && reach.isUnlimited()) {
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
