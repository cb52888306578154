package org.weft.bitstream.ice40;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bitstream.Board;
import org.weft.bitstream.FitReport;
import org.weft.bitstream.Placed;
import org.weft.bitstream.Resources;
import org.weft.isa.RefusedException;

class ReportsTest {
  @TempDir private Path folder;

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

         Board                             1
           Alu                             2
           Outer                           3
             Alu                           1

         Number of cells:               2720
           SB_LUT4                      2715
      """;
  private static final String REPORT =
      """
      {"fmax": {"clk": {"achieved": %s, "constraint": 12}},
       "utilization": {"ICESTORM_LC": {"available": 7680, "used": 6075},
                       "ICESTORM_RAM": {"available": 32, "used": 19}}}
      """;

  @Test
  void countsAreThoseOfYosysByBlock() {
    assertEquals(
        Map.of("Alu", new Resources(542, 0, 0, 0, 0), "Board", new Resources(5, 5, 4, 0, 0)),
        YosysCounts.blocks(STAT));
  }

  @Test
  void theSumOfBlocksIsThatOfYosysHoweverManyThereAreOfEach() {
    Map<String, Resources> blocks = YosysCounts.instances(STAT);
    assertEquals(5 * 542, blocks.get("Alu (5)").luts());
    FitReport report =
        new FitReport(Board.ICE40_HX8K, blocks, Resources.NONE, Map.of(), Optional.empty());
    assertEquals(new Resources(2715, 5, 4, 0, 0), report.sum());
  }

  @Test
  void whatThereIsTooMuchOfIsNamedWithTheNumbers() {
    Resources device = Board.ICE40_HX8K.device().capacity();
    assertTrue(new Resources(7680, 7680, 32, 0, 0).fits(device));
    assertEquals(
        "8000 LUT of 7680, 45 BRAM of 32", new Resources(8000, 100, 45, 0, 0).excess(device));
  }

  @Test
  void failingTimingIsRefusedWithTheSlack() {
    Placed fast = NextpnrReport.read(REPORT.formatted("36.84"));
    assertEquals(new Placed(6075, 36.84), fast);
    fast.requireTiming(Board.ICE40_HX8K);
    Placed slow = NextpnrReport.read(REPORT.formatted("10.0"));
    RefusedException e =
        assertThrows(RefusedException.class, () -> slow.requireTiming(Board.ICE40_HX8K));
    assertTrue(e.getMessage().contains("slack -16.67 ns"), e.getMessage());
  }

  @Test
  void aFileThatIsCutOffIsNotTakenForAWholeOne() throws IOException {
    for (String whole : List.of("a.json:{}\n", "a.asc:.io_tile 1 0\n.sym 1 a\n", "a.txt:x\n\n")) {
      String name = whole.substring(0, whole.indexOf(':'));
      String text = whole.substring(whole.indexOf(':') + 1);
      Path file = folder.resolve(name);
      Files.writeString(file, text);
      Endings.require(file);
      for (int end = 0; end < text.length(); end++) {
        Files.writeString(file, text.substring(0, end));
        IOException e = assertThrows(IOException.class, () -> Endings.require(file));
        assertEquals(name + " is cut off: is the disk full?", e.getMessage());
      }
    }
  }
}
