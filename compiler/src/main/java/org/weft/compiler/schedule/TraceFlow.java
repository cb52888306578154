package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.profile.Likelihoods;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;

/**
 * How often control enters a trace, and where it leaves: branches leave before the end.
 *
 * @param entered how often for each packet
 * @param leaving for each conditional branch in order the share of entries that leave with it
 * @param stays the share that goes on to the last row
 */
record TraceFlow(double entered, List<Double> leaving, double stays) {
  TraceFlow {
    leaving = List.copyOf(leaving);
  }

  static TraceFlow of(Trace trace, Likelihoods likelihoods) {
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
    return new TraceFlow(likelihoods.frequency(trace.head()), leaving, stays);
  }

  /** Whether a slot is one of the branches that may leave. */
  static boolean mayLeave(Slot slot) {
    return slot.opcode().unit() == Unit.BRANCH && slot.opcode().condition() != Condition.ALWAYS;
  }

  /** Rows executed each time the trace is entered. */
  double expectedRows(List<List<Schedule.Placed>> rows) {
    double sum = 0;
    int branch = 0;
    for (int row = 0; row < rows.size(); row++) {
      for (Schedule.Placed placed : rows.get(row)) {
        if (placed != null && mayLeave(placed.slot()) && branch < leaving.size()) {
          sum += leaving.get(branch++) * (row + 1);
        }
      }
    }
    return sum + stays * rows.size();
  }
}
