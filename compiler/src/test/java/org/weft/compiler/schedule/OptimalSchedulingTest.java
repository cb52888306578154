package org.weft.compiler.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weft.compiler.check.Original;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrParser;
import org.weft.compiler.pass.PassContext;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** Traces whose fewest rows can be counted by hand. */
class OptimalSchedulingTest {
  private static final MachineSpec HXDP = MachineSpec.preset("hxdp");

  @BeforeEach
  void solver() {
    assumeTrue(OptimalScheduling.whyNot() == null, OptimalScheduling.whyNot());
  }

  private static MachineSpec machine(String name, int value) {
    return MachineFile.parse("preset = hxdp\n" + name + " = " + value + "\n");
  }

  /** The only trace of a program, whose rows are checked. */
  private static OptimalRows.Distance optimum(MachineSpec machine, String text) {
    Graph graph = IrParser.parse(text);
    Original original = new Original(graph);
    OptimalScheduling scheduling = new OptimalScheduling(60, true);
    Schedule schedule = scheduling.run(graph, new PassContext(machine, List.of()));
    schedule.verify(original, graph, List.of());
    OptimalRows.Distance distance = scheduling.distances().get(graph.name()).get(0);
    assertTrue(schedule.traces().get(0).rows().size() >= distance.fewestRows());
    assertEquals(schedule.expectedRows(), distance.entered() * distance.expected(), 1e-6);
    assertTrue(distance.rowsProven() && distance.isProven(), distance.toString());
    assertTrue(distance.expected() <= distance.listExpected() + 1e-9, distance.toString());
    assertTrue(distance.freeExpected() <= distance.expected() + 1e-3, distance.toString());
    return distance;
  }

  private static final String SUM =
      """
      b0:
        %1 = load32 pkt[0]
        %2 = load32 pkt[4]
        %3 = load32 pkt[8]
        %4 = load32 pkt[12]
        %5 = add %1, %2
        %6 = add %3, %4
        %7 = add %5, %6
        exit %7
      """;

  @Test
  void loadsWaitForPortsAndSumsForLoads() {
    // Two loads a row: rows 0 and 1; sums in 1, 2 and 3; the exit reads the last in 4.
    assertEquals(5, optimum(HXDP, SUM).fewestRows());
    assertEquals(4, optimum(machine("memory_ports", 4), SUM).fewestRows());
    assertEquals(7, optimum(machine("memory_ports", 1), SUM).fewestRows());
  }

  @Test
  void lanesLimitARow() {
    // Eight slots.
    assertEquals(5, optimum(machine("lanes", 2), SUM).fewestRows());
    assertEquals(8, optimum(machine("lanes", 1), SUM).fewestRows());
  }

  @Test
  void shiftersLimitARow() {
    String text =
        """
        b0:
          %1 = load32 pkt[0]
          %2 = rsh %1, 3
          %3 = rsh %1, 5
          %4 = rsh %1, 7
          %5 = xor %2, %3
          %6 = xor %5, %4
          exit %6
        """;
    // Load, three rows with a shift each, the last xor, the exit.
    assertEquals(6, optimum(HXDP, text).fewestRows());
    assertEquals(5, optimum(machine("shifters", 3), text).fewestRows());
  }

  @Test
  void branchesThatLeaveComeEarly() {
    String text =
        """
        b0:
          %1 = load16 pkt[12]
          if %1 == 8 goto b1 else b2 likelihood 0.25
        b1:
          %2 = load32 pkt[26]
          %3 = load32 pkt[30]
          %4 = xor %2, %3
          store32 pkt[26] = %4
          exit 3
        b2:
          exit 1
        """;
    OptimalRows.Distance distance = optimum(HXDP, text);
    // Two ports for three loads. Three rows would do, were the branch in the last; but mostly it
    // leaves, so that what it needs is loaded first.
    assertEquals(3, distance.fewestRows());
    assertEquals(0.75 * 2 + 0.25 * 4, distance.expected(), 1e-6);
  }
}
