package org.weft.bitstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.weft.isa.RefusedException;

class ReportsTest {
  private static final String STAT =
      """
      === Alu ===

         Number of cells:                607
           SB_CARRY                       65
           SB_LUT4                       542

      === Board ===

         Number of cells:                 9
           Alu                             1
           SB_DFF                          3
           SB_DFFESR                       2
           SB_LUT4                         5
           SB_RAM40_4K                     4

      === design hierarchy ===

           SB_LUT4                       547
      """;
  private static final String REPORT =
      """
      {"fmax": {"clk": {"achieved": %s, "constraint": 12}},
       "utilization": {"ICESTORM_LC": {"available": 7680, "used": 6075},
                       "ICESTORM_RAM": {"available": 32, "used": 19}}}
      """;

  @Test
  void countsAreThoseOfYosysByBlock() {
    Map<String, Usage> blocks = Usage.blocks(STAT);
    assertEquals(Map.of("Alu", new Usage(542, 0, 0), "Board", new Usage(5, 5, 4)), blocks);
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheNumbers() {
    new Usage(7680, 7680, 32).requireFit(Board.ICE40_HX8K, "m");
    RefusedException e =
        assertThrows(
            RefusedException.class,
            () -> new Usage(8000, 100, 45).requireFit(Board.ICE40_HX8K, "m"));
    assertTrue(
        e.getMessage().contains("8000 tables") && e.getMessage().contains("45 block memories"),
        e.getMessage());
  }

  @Test
  void failingTimingIsRefusedWithTheSlack() {
    Placed fast = Placed.of(REPORT.formatted("36.84"));
    assertEquals(new Placed(36.84, 6075, 19), fast);
    fast.requireTiming(Board.ICE40_HX8K);
    RefusedException e =
        assertThrows(
            RefusedException.class,
            () -> Placed.of(REPORT.formatted("10.0")).requireTiming(Board.ICE40_HX8K));
    assertTrue(e.getMessage().contains("slack -16.67 ns"), e.getMessage());
  }
}
