package org.weft.compiler.check;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrParser;
import org.weft.compiler.pass.PassContext;
import org.weft.compiler.schedule.Schedule;
import org.weft.compiler.schedule.TraceScheduling;
import org.weft.isa.machine.MachineSpec;

/** Equal stores of several blocks, done before the branches that lead to them. */
class EarlyStoresTest {
  private static final PassContext CONTEXT = new PassContext(MachineSpec.preset("hxdp"), List.of());

  /** What a loop leaves that stores and loads again in each turn. */
  private static Graph graph(String thirdStore) {
    Graph graph =
        IrParser.parse(
            """
            b0:
              %%1 = load64 pkt[14]
              %%2 = load8 pkt[22]
              store8 stk[448] = %%2
              %%3 = load32 stk[448]
              if %%3 >= 6 goto b9 else b2 likelihood 0.0200
            b2:
              store64 stk[448] = %%1
              %%4 = load32 stk[448]
              if %%4 >= 6 goto b9 else b3 likelihood 0.0200
            b3:
              store64 stk[448] = %%1
              %%5 = load32 stk[448]
              if %%5 >= 6 goto b9 else b4 likelihood 0.0200
            b4:
              store64 stk[448] = %s
              %%6 = load32 stk[448]
              if %%6 >= 6 goto b9 else b8 likelihood 0.0200
            b8:
              exit 1
            b9:
              store64 stk[448] = %%1
              %%7 = load64 stk[448]
              exit %%7
            """
                .formatted(thirdStore));
    graph.setStackFloor(440);
    return graph;
  }

  @Test
  void eachIsTheFirstThatIsStillToCome() {
    Graph graph = graph("%1");
    Original original = new Original(graph);
    new TraceScheduling().run(graph, CONTEXT).verify(original, graph, List.of());
  }

  @Test
  void oneOfAnotherValueIsNoneOfThem() {
    Graph graph = graph("%1");
    Schedule schedule = new TraceScheduling().run(graph, CONTEXT);
    Graph other = graph("%2");
    Original original = new Original(other);
    new TraceScheduling().run(other, CONTEXT);
    assertThrows(IllegalStateException.class, () -> schedule.verify(original, other, List.of()));
  }
}
