package org.weft.compiler.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrParser;
import org.weft.compiler.pass.PassContext;
import org.weft.isa.machine.MachineSpec;

/** What goes into a row first, with two ports for five loads. */
class PriorityTest {
  private static final PassContext CONTEXT = new PassContext(MachineSpec.preset("hxdp"), List.of());

  /** A chain that needs four loads, and a branch before it that needs one. */
  private static Schedule schedule(String leaves, RowScheduler scheduler) {
    Graph graph =
        IrParser.parse(
            """
            b0:
              %%1 = load16 pkt[12]
              if %%1 == 8 goto b2 else b1 likelihood %s
            b1:
              %%2 = load32 pkt[14]
              %%3 = load32 pkt[18]
              %%4 = load32 pkt[22]
              %%5 = load32 pkt[26]
              %%6 = add %%2, %%3
              %%7 = add %%4, %%5
              %%8 = xor %%6, %%7
              %%9 = add %%8, %%2
              %%10 = xor %%9, %%3
              %%11 = add %%10, %%4
              store64 pkt[0] = %%11
              exit 3
            b2:
              exit 1
            """
                .formatted(leaves));
    return new TraceScheduling(scheduler, scheduler).run(graph, CONTEXT);
  }

  private static Schedule byChain(String leaves) {
    return schedule(leaves, task -> new TraceScheduler(task).run());
  }

  private static Schedule byBoth(String leaves) {
    return schedule(leaves, RowScheduler.LIST);
  }

  private static int rows(Schedule schedule) {
    return schedule.traces().get(0).rows().size();
  }

  @Test
  void whereMostControlLeavesComesFirst() {
    assertEquals(0.9 * 4 + 0.1 * 8, byChain("0.9000").expectedRows(), 1e-9);
    assertEquals(0.9 * 2 + 0.1 * 9, byBoth("0.9000").expectedRows(), 1e-9);
  }

  @Test
  void whereControlSeldomLeavesDoesNotHoldTheChain() {
    assertEquals(rows(byChain("0.0500")), rows(byBoth("0.0500")));
    assertEquals(byChain("0.0500").expectedRows(), byBoth("0.0500").expectedRows(), 1e-9);
  }
}
