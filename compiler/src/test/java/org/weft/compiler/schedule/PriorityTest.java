package org.weft.compiler.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrParser;
import org.weft.compiler.pass.PassContext;
import org.weft.isa.machine.MachineSpec;

/** What goes into a row first, with two ports for five loads, and one for map values. */
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

  /** Four loads through the one port of map values, with a store each, and longer chains. */
  private static Schedule loadingMaps(RowScheduler scheduler) {
    Graph graph =
        IrParser.parse(
            """
            b0:
              %1 = load64 pkt[0]
              %2 = load64 pkt[8]
              if %1 == %2 goto b2 else b1 likelihood 0.0000
            b1:
              %3 = load64 map[%1]
              %4 = load64 map[%1 + 8]
              %5 = load64 map[%1 + 16]
              %6 = load64 map[%1 + 24]
              %7 = add %1, 1
              %8 = add %2, 1
              %9 = xor %1, %2
              %10 = add %7, 2
              %11 = add %8, 2
              %12 = add %9, 2
              %13 = xor %10, %11
              %14 = xor %13, %12
              store64 pkt[16] = %3
              store64 pkt[24] = %4
              store64 pkt[32] = %5
              store64 pkt[40] = %6
              exit %14
            b2:
              exit 1
            """);
    return new TraceScheduling(scheduler, scheduler).run(graph, CONTEXT);
  }

  @Test
  void accessesOfMapValuesDoNotComeTooLateForTheirOnePort() {
    int byChain = rows(loadingMaps(task -> new TraceScheduler(task).run()));
    assertEquals(byChain - 1, rows(loadingMaps(RowScheduler.LIST)));
  }
}
