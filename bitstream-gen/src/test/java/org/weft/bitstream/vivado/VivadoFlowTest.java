package org.weft.bitstream.vivado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.bitstream.FitReport;
import org.weft.bitstream.Resources;
import org.weft.bitstream.step.Steps;
import org.weft.bitstream.step.Tools;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** The flow with programs that stand for yosys and Vivado. */
class VivadoFlowTest {
  private static final Card CARD = Card.SUME_CORUNDUM;
  private static final MachineSpec MACHINE =
      MachineFile.parse("preset = tiny\nname = four\ncores = 4\ncpus = 4\nmap_kbytes = 64\n");

  /** As yosys 0.23 writes it. */
  private static final String STAT =
      """
      === Core ===

         Number of cells:              %1$d
           FDRE                           50
           LUT3                        %1$d
           RAM32M                          1
           RAMB36E1                        1

      === MapMemory ===

         Number of cells:                %2$d
           RAMB18E1                        1
           RAMB36E1                       %2$d

      === weft_corundum ===

         Number of cells:                5
           Core                            4
           DSP48E1                         1
           LUT6                          100
           MapMemory                       1

      === design hierarchy ===

         weft_corundum                     1
           Core                            4
           MapMemory                       1

           LUT3                         9999
      """;

  @TempDir Path folder;

  private final List<String> said = new ArrayList<>();

  private Tools tools(String stat, boolean hasVivado) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.writeString(folder.resolve("stat.txt"), stat);
    Path yosys = bin.resolve("yosys");
    Files.writeString(
        yosys,
        """
        #!/bin/sh
        if [ "$1" = -V ]; then echo "Yosys 0 (stands for it)"; exit; fi
        for word in $3; do
          if [ "$last" = -o ]; then cp '%s' "$word"; fi
          last=$word
        done
        """
            .formatted(folder.resolve("stat.txt")));
    assertTrue(yosys.toFile().setExecutable(true));
    if (hasVivado) {
      Written.vivado(bin);
    }
    return new Tools(bin.toString());
  }

  private VivadoFlow flow(Tools tools, Path shell) {
    Steps.Watcher watcher =
        new Steps.Watcher() {
          @Override
          public void begins(String step) {}

          @Override
          public void says(String line) {
            said.add(line);
          }

          @Override
          public void ends(String step, boolean isUnchanged) {
            said.add(step + (isUnchanged ? " unchanged" : ""));
          }
        };
    return new VivadoFlow(
        CARD, MACHINE, null, List.of(), List.of(), shell, tools, folder.resolve("out"), watcher);
  }

  @Test
  void countsAreThoseOfAllInstances() throws IOException {
    FitReport fit = flow(tools(STAT.formatted(30, 8), false), null).fit();
    assertEquals(
        Map.of(
            "Core x 4", new Resources(4 * 34, 200, 8, 0, 0),
            "MapMemory", new Resources(0, 0, 17, 0, 0),
            "weft_corundum", new Resources(100, 0, 0, 0, 1)),
        fit.blocks());
    assertEquals(new Resources(236, 200, 25, 0, 1), fit.all());
    assertTrue(fit.fits());
    assertEquals(new FitReport.Room(0, MACHINE.rows()), fit.room().get("rows"));
  }

  @Test
  void whatDoesNotFitIsRefusedWithNumbersAndTheNearestThatDoes() throws IOException {
    // 4 cores of 150,004 LUT each, 100 beside them: two fit into 433,200.
    VivadoFlow large = flow(tools(STAT.formatted(150_000, 8), false), null);
    RefusedException e = assertThrows(RefusedException.class, () -> large.run(true));
    assertEquals(
        "machine four does not fit board netfpga-sume: 600116 LUT of 433200; the machine most like"
            + " it that fits has cores = 2",
        e.getMessage());
    assertFalse(Files.exists(folder.resolve("out/manifest.json")));
    VivadoFlow maps = flow(tools(STAT.formatted(30, 1500), false), null);
    Files.delete(folder.resolve("out/steps/count"));
    e = assertThrows(RefusedException.class, () -> maps.run(true));
    assertTrue(
        e.getMessage()
            .endsWith(
                "3009 BRAM of 2940; the machine most like it that fits has" + " map_kbytes = 32"),
        e.getMessage());
    FitReport fit = maps.fit();
    assertFalse(fit.fits());
    assertEquals("map_kbytes = 32", fit.nearest().orElseThrow());
    VivadoFlow both = flow(tools(STAT.formatted(150_000, 1500), false), null);
    Files.delete(folder.resolve("out/steps/count"));
    assertEquals("cores = 2, map_kbytes = 32", both.fit().nearest().orElseThrow());
  }

  /** Engines and their memory are cut as well as cores: of the first one's kind there is one. */
  @ParameterizedTest
  @CsvSource({
    "150000, 400, table_engines = 2",
    "100, 800, cores = 3",
    "100, 1200, table_slots = 512",
    "200000, 1600, 'table_engines = 2, table_slots = 512'"
  })
  void tablesAreCutWhereTheyAreTooLarge(int luts, int memories, String nearest) {
    String stat =
        """
        === TableMemory ===

             RAMB18E1                %2$d

        === TableEngine ===

             LUT6                    %3$d
             TableMemory                1

        === TableEngine_1 ===

             LUT6                    %1$d
             TableMemory                1

        === weft_corundum ===

             TableEngine                1
             TableEngine_1              3
        """
            .formatted(luts, memories, luts + 1);
    MachineSpec machine =
        MachineFile.parse(
            """
            preset = tiny
            name = four
            cores = 4
            cpus = 4
            table_engines = 4
            table_slots = 1024
            """);
    assertEquals(nearest, new Shrinking(stat, CARD, machine).nearest());
  }

  @Test
  void withVivadoAndAShellTheBitstreamIsBuiltStepByStep() throws IOException {
    Tools tools = tools(STAT.formatted(30, 8), true);
    Project without = flow(tools, null).run(true);
    assertEquals("no checkout of the shell is given (--shell-dir)", without.missing());
    Path shell =
        Checkout.make(
            CARD, Files.readAllLines(folder.resolve("out/tcl/ports.txt")), folder.resolve("shell"));
    said.clear();
    Project project = flow(tools, shell).run(true);
    assertNull(project.missing());
    assertTrue(project.files().containsKey("results/weft.bit"), project.json());
    assertTrue(project.json().contains("\"bitstream\": \"results/weft.bit\""), project.json());
    assertEquals(
        List.of(
            "project unchanged",
            "count unchanged",
            "create_project",
            "synthesise",
            "implement",
            "write_bitstream"),
        said);
    said.clear();
    assertEquals(project.json(), flow(tools, shell).run(true).json());
    assertTrue(said.stream().allMatch(step -> step.endsWith(" unchanged")), said.toString());
    // What a step made is gone: it, and what follows, is made again.
    Files.delete(folder.resolve("out/results/routed.dcp"));
    Files.writeString(folder.resolve("out/results/timing.rpt"), "old");
    said.clear();
    flow(tools, shell).run(true);
    assertEquals(
        List.of("synthesise unchanged", "implement", "write_bitstream"), said.subList(3, 6));
    // A file of the project is gone: Vivado begins anew.
    Files.delete(folder.resolve("out/tcl/settings.tcl"));
    Files.writeString(
        shell.resolve(CARD.shellFiles().get(0)), " # more\n", StandardOpenOption.APPEND);
    said.clear();
    flow(tools, shell).run(true);
    assertEquals(
        List.of("create_project", "synthesise", "implement", "write_bitstream"),
        said.subList(2, 6));
  }

  @Test
  void aToolThatIsMissingIsNamed() throws IOException {
    Tools none = new Tools(Files.createDirectories(folder.resolve("none")).toString());
    InputException e = assertThrows(InputException.class, () -> flow(none, null).run(true));
    assertEquals("yosys is not installed: apt install yosys", e.getMessage());
    assertEquals("vivado is not on PATH", flow(none, null).run(false).missing());
    e = assertThrows(InputException.class, () -> flow(none, folder));
    assertTrue(e.getMessage().contains("has no fpga/mqnic/NetFPGA_SUME"), e.getMessage());
  }
}
