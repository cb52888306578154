package org.weft.compiler.check;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.IrParser;
import org.weft.compiler.ir.Value;

class ConflictsTest {
  /** Whether a store behind a lookup, and a place in the value of another, spoils a load. */
  private static boolean spoils(int secondMap, int loaded) {
    Graph graph =
        IrParser.parse(
            """
            b0:
              %%1 = call map_lookup_elem(2, stk 448)
              %%2 = load8 pkt[14]
              if %%2 == 0 goto b2 else b1
            b1:
              %%3 = call map_lookup_elem(%d, stk 448)
              %%4 = add %%3, 8
              goto b2
            b2:
              %%5 = phi b0: %%1, b1: %%4
              store64 map[%%5 + 16] = 1
              %%6 = load64 map%d[0]
              exit %%6
            """
                .formatted(secondMap, loaded));
    List<Value> values = graph.blocks().get(graph.blocks().size() - 1).values();
    Conflicts conflicts = new Conflicts(new Meaning(graph), List.of());
    return conflicts.spoils(values.get(0), values.get(1));
  }

  @Test
  void mapOfAPlaceInAFoundValueIsThatOfTheLookup() {
    assertFalse(spoils(2, 3));
    assertTrue(spoils(2, 2));
    assertTrue(spoils(3, 3));
  }
}
