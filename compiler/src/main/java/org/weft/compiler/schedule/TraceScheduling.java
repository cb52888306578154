package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;

/**
 * List scheduling over traces: what lies behind likely branches is done early, with registers given
 * at the same time, since a lane writes its own bank only.
 */
public final class TraceScheduling implements Scheduler {
  /** Windows that are tried one after the other when registers do not suffice. */
  private static final int[] WINDOWS = {1 << 20, 48, 20, 8, 3, 1};

  @Override
  public Schedule run(Graph graph, MachineSpec machine) {
    UnitCheck.check(graph, machine);
    EdgeSplitting.run(graph);
    Likelihoods likelihoods = new Likelihoods(graph);
    TraceFormation formation = new TraceFormation(graph, likelihoods);
    boolean boundsMove = Facts.moveBounds(graph);
    Live live = new Live(graph, boundsMove);
    Registers registers = new Registers(graph, machine, formation, live, likelihoods);
    List<Schedule.Trace> traces = new ArrayList<>();
    for (Trace trace : formation.traces()) {
      traces.add(schedule(trace, formation, registers, live, boundsMove, graph, machine));
    }
    return new Schedule(traces);
  }

  private static Schedule.Trace schedule(
      Trace trace,
      TraceFormation formation,
      Registers registers,
      Live live,
      boolean boundsMove,
      Graph graph,
      MachineSpec machine) {
    Set<Integer> taken = new HashSet<>(registers.taken(trace));
    for (Value value : trace.head().values()) {
      if (value.operation() instanceof Operation.Parameter parameter) {
        taken.add(parameter.register());
      }
    }
    LocalSpills watch = LocalSpills.watching(Integer.MAX_VALUE);
    for (int window : WINDOWS) {
      TraceLowering code = new TraceLowering(trace, formation, registers, live, boundsMove, watch);
      List<List<Schedule.Placed>> rows = rows(code, live, taken, machine, window);
      if (rows != null) {
        return new Schedule.Trace(trace.id(), rows, code.next());
      }
    }
    for (int distance = 8; distance >= 1; distance /= 2) {
      watch = LocalSpills.watching(distance);
      new TraceLowering(trace, formation, registers, live, boundsMove, watch);
      TraceLowering code =
          new TraceLowering(trace, formation, registers, live, boundsMove, watch.spilling());
      List<List<Schedule.Placed>> rows = rows(code, live, taken, machine, 1);
      if (rows != null) {
        return new Schedule.Trace(trace.id(), rows, code.next());
      }
    }
    throw new RefusedException(
        "program "
            + graph.name()
            + ": needs more registers than machine "
            + machine.name()
            + " has ("
            + machine.registers()
            + ")");
  }

  private static List<List<Schedule.Placed>> rows(
      TraceLowering code, Live live, Set<Integer> taken, MachineSpec machine, int window) {
    new Dependences(code, live);
    return new TraceScheduler(code.nodes(), taken, machine, window).run();
  }
}
