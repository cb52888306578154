package org.weft.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrCheck;
import org.weft.compiler.ir.IrParser;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** Which loops are unrolled; what becomes of them says the pass's text. */
class UnrollingTest {
  private static final String LOOP =
      """
      b1:
        %1 = phi b0: 14, b1: %3
        %2 = load8 pkt[%1]
        %3 = add %1, %2
        if %2 != 0 goto b1 else b2 @1
      b2:
        exit 3
      """;

  private static Graph graph(int stores, String loop) {
    StringBuilder text = new StringBuilder("b0:\n");
    for (int i = 0; i < stores; i++) {
      text.append("  store8 pkt[").append(i).append("] = ").append(i + 1).append('\n');
    }
    return IrParser.parse(text.append("  goto b1\n").append(loop).toString());
  }

  private static int unrolled(Graph graph) {
    return unrolled(graph, MachineSpec.preset("nic100"));
  }

  private static int unrolled(Graph graph, MachineSpec machine) {
    int unrolled = new Unrolling().run(graph, new PassContext(machine, List.of()));
    IrCheck.check(graph, "unroll");
    return unrolled;
  }

  @Test
  void loopIsLeftWhereRowsAreFew() {
    MachineSpec machine = MachineSpec.preset("nic100");
    assertEquals(1, unrolled(graph(100, LOOP), machine));
    assertEquals(
        0,
        unrolled(graph(100, LOOP), MachineFile.with(machine, Map.of("rows", "16", "lanes", "1"))));
  }

  @Test
  void loopThatIsHardlyEverEnteredIsLeft() {
    String unlikely =
        """
        b0:
          %8 = load8 pkt[0]
          if %8 == 0 goto b3 else b2 likelihood 0.0010
        b3:
          goto b1
        """
            + LOOP.replace("b0: 14", "b3: 14");
    assertEquals(0, unrolled(IrParser.parse(unlikely)));
    assertEquals(1, unrolled(IrParser.parse(unlikely.replace("0.0010", "0.5000"))));
  }

  @Test
  void loopThatWasSeenToTurnOnceIsLeft() {
    assertEquals(0, unrolled(graph(1, LOOP.replace("@1", "likelihood 0.0000 @1"))));
    assertEquals(1, unrolled(graph(1, LOOP.replace("@1", "likelihood 0.5000 @1"))));
  }

  @Test
  void outerLoopIsUnrolledOnceItIsAnInnermostOne() {
    String nested =
        """
        b0:
          goto b1
        b1:
          %1 = phi b0: 0, b3: %5
          goto b2
        b2:
          %2 = phi b1: 0, b2: %4
          %3 = add %1, %2
          atomic_add map1[%3], 1
          %4 = add %2, 8
          if %4 != 16 goto b2 else b3
        b3:
          %5 = add %1, 64
          if %5 != 192 goto b1 else b4
        b4:
          exit 3
        """;
    Graph graph = IrParser.parse(nested);
    assertEquals(2, unrolled(graph));
    assertEquals(1, graph.blocks().size());
    assertEquals(6, graph.entry().values().size());
  }
}
