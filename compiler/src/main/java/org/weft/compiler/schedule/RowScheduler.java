package org.weft.compiler.schedule;

import java.util.List;
import java.util.Set;
import org.weft.isa.machine.MachineSpec;

/** Puts the instructions of one trace into rows and gives registers to the values in it. */
@FunctionalInterface
interface RowScheduler {
  /** Fills row by row. */
  RowScheduler LIST =
      new RowScheduler() {
        @Override
        public List<List<Schedule.Placed>> rows(Task task) {
          return new TraceScheduler(task).run();
        }

        @Override
        public List<Priority> priorities() {
          return List.of(Priority.values());
        }
      };

  /**
   * What there is to schedule.
   *
   * @param trace the trace's number
   * @param nodes its instructions in their original order, with what waits for what
   * @param taken registers that are not to be had, since values of other traces are in them
   * @param machine what a row holds
   * @param flow how often control enters and leaves the trace
   * @param priority what goes first where rows are filled one by one
   * @param reach how far a scheduler may look ahead that cannot plan for registers
   * @param room where values go that find no register
   */
  record Task(
      int trace,
      List<Node> nodes,
      Set<Integer> taken,
      MachineSpec machine,
      TraceFlow flow,
      Priority priority,
      Reach reach,
      SpillRoom room) {}

  /**
   * Schedules a trace, and gives each local register of a node its place.
   *
   * @return the rows; null when registers do not suffice
   */
  List<List<Schedule.Placed>> rows(Task task);

  /** The priorities to try; the cheapest rows are taken. */
  default List<Priority> priorities() {
    return List.of(Priority.CHAIN);
  }
}
