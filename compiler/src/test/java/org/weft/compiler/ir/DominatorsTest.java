package org.weft.compiler.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DominatorsTest {
  private static final Graph DIAMOND_IN_LOOP =
      IrParser.parse(
          """
          b0:
            %1 = fact length
            goto b1
          b1:
            if %1 < 9 goto b2 else b3
          b2:
            goto b4
          b3:
            goto b4
          b4:
            if %1 > 3 goto b1 else b5
          b5:
            exit 0
          """);

  private static Block block(int id) {
    return DIAMOND_IN_LOOP.blocks().get(id);
  }

  @Test
  void parentsAreTheClosestDominators() {
    Dominators dominators = new Dominators(DIAMOND_IN_LOOP);
    List<String> parents =
        DIAMOND_IN_LOOP.blocks().stream().map(b -> dominators.parent(b).toString()).toList();
    assertEquals(List.of("b0", "b0", "b1", "b1", "b1", "b4"), parents);
  }

  @Test
  void sidesOfABranchDoNotDominateWhereTheyMeet() {
    Dominators dominators = new Dominators(DIAMOND_IN_LOOP);
    assertFalse(dominators.dominates(block(2), block(4)));
    assertTrue(dominators.dominates(block(1), block(5)));
    assertTrue(dominators.dominates(block(4), block(4)));
  }

  @Test
  void postOrderEndsWithTheEntry() {
    List<Block> order = PostOrder.of(DIAMOND_IN_LOOP);
    assertEquals(6, order.size());
    assertEquals(block(0), order.get(5));
    assertTrue(order.indexOf(block(4)) < order.indexOf(block(2)));
  }
}
