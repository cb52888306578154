package org.weft.bitstream.vivado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.bitstream.Board;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** Projects of a small machine for every board and shell. */
class VivadoProjectTest {
  private static final String SMALL =
      "preset = tiny\nname = small\nbanks = 2\nports = 2\nframe_bytes = 1536\n";

  @TempDir Path folder;

  private static MachineSpec machine(Card card) {
    // With and without a clock and a width of its own.
    boolean isLike = card == Card.U250_OPENNIC || card == Card.U50_CORUNDUM;
    return MachineFile.parse(
        SMALL + (isLike ? "bus_bytes = 64\nclock_khz = 250000\n" : "bus_bytes = 32\n"));
  }

  private static ProjectFiles files(Card card) {
    return new ProjectFiles(card, machine(card), null, List.of(), List.of());
  }

  private Written written(Card card) throws IOException {
    return Written.write(card, machine(card), folder.resolve(card.name()));
  }

  @ParameterizedTest
  @EnumSource(Card.class)
  void isReadableAndItsScriptsRun(Card card) throws IOException, InterruptedException {
    Written project = written(card);
    project.requireReadable();
    Path shell = project.checkout();
    Written.Said said = project.build(shell, Written.vivado(folder.resolve("bin")), Map.of());
    assertEquals(0, said.status(), said.text());
    Path results = folder.resolve(card.name()).resolve("results");
    for (String name : List.of("weft.bit", "weft.mcs", "timing.rpt", "routed.dcp")) {
      assertTrue(Files.exists(results.resolve(name)), name);
    }
    String log = Files.readString(folder.resolve(card.name()).resolve("logs/create_project.log"));
    for (String source : files(card).sources()) {
      assertTrue(log.contains(source), source + " in\n" + log);
    }
    // What is done is not done again.
    said = project.build(shell, folder.resolve("bin"), Map.of());
    assertEquals(results.resolve("weft.bit") + "\n", said.text());
  }

  @Test
  void mapValuesAreInUltraRamWhereThereIsSome() {
    MachineSpec machine = MachineFile.parse(SMALL + "map_kbytes = 32\nmap_banks = 1\n");
    for (Card card : List.of(Card.SUME_CORUNDUM, Card.U50_CORUNDUM)) {
      byte[] hardware =
          new ProjectFiles(card, machine, null, List.of(), List.of())
              .make()
              .get("rtl/weft_corundum.v");
      String text = new String(hardware, StandardCharsets.UTF_8);
      boolean isUltra = text.contains("(* ram_style = \"ultra\" *) reg [63:0] memory [0:4095];");
      assertEquals(card == Card.U50_CORUNDUM, isUltra, card.name());
    }
  }

  @Test
  void constraintsNameWhatIsInTheHardware() throws IOException, InterruptedException {
    Written project = written(Card.SUME_CORUNDUM);
    Path in = folder.resolve(Card.SUME_CORUNDUM.name());
    String constraints = Files.readString(in.resolve("constraints/weft_clock.xdc"));
    assertTrue(constraints.contains("*weft/clock_maker/clk_out1"), constraints);
    String hardware = Files.readString(in.resolve("rtl/weft_corundum.v"));
    assertTrue(hardware.contains("  weft_clock clock_maker ("));
    assertTrue(
        Files.readString(in.resolve("rtl/mqnic_app_block.v")).contains("weft_corundum weft ("));
    String vivado = Written.vivado(folder.resolve("bin")).resolve("vivado").toString();
    ProcessBuilder run =
        new ProcessBuilder(vivado, "-mode", "batch", "-source", "constraints/weft_clock.xdc");
    assertEquals(0, project.said(run).status());
  }

  @Test
  void scriptsSayWhatIsWrongInOneLine() throws IOException, InterruptedException {
    Card card = Card.SUME_CORUNDUM;
    Written project = written(card);
    Path vivado = Written.vivado(folder.resolve("bin"));
    Path shell = project.checkout();
    Written.Said said = project.build(shell, vivado, Map.of("FAIL", "synth_1"));
    assertEquals(1, said.status());
    assertTrue(said.text().contains("ERROR: weft: synth_1 failed: failed\n"), said.text());
    said = project.build(shell, vivado, Map.of("SLACK", "-0.25"));
    assertEquals(1, said.status());
    assertTrue(said.text().contains("timing fails: setup slack -0.25 ns"), said.text());
    said = project.said(new ProcessBuilder("tclsh", "tcl/checkout.tcl", shell.toString()));
    assertEquals(0, said.status(), said.text());
    assertTrue(said.text().contains("the 336 ports of mqnic_app_block"), said.text());
    said = project.said(new ProcessBuilder("tclsh", "tcl/checkout.tcl", folder.toString()));
    assertEquals(2, said.status());
    assertEquals(1, said.text().lines().count(), said.text());
    assertTrue(said.text().contains("is it a checkout of https://"), said.text());
  }

  @Test
  void anotherShellIsNoticedByItsPorts() throws IOException, InterruptedException {
    Card card = Card.U50_OPENNIC;
    Written project = written(card);
    List<String> ports = new ArrayList<>(project.ports());
    String removed = ports.remove(20);
    Path less = Checkout.make(card, ports, folder.resolve("less"));
    Written.Said said =
        project.said(new ProcessBuilder("tclsh", "tcl/checkout.tcl", less.toString()));
    assertEquals(2, said.status());
    String name = removed.substring(0, removed.lastIndexOf(' '));
    assertTrue(said.text().contains("box_250mhz has no " + name), said.text());
    ports.add(20, removed);
    ports.add("input new_port 1");
    Path more = Checkout.make(card, ports, folder.resolve("more"));
    said = project.said(new ProcessBuilder("tclsh", "tcl/checkout.tcl", more.toString()));
    assertEquals(2, said.status());
    assertTrue(said.text().contains("a port more: input new_port"), said.text());
  }

  @Test
  void whatStandsForVivadoKnowsNoOtherCommandsAndOptions()
      throws IOException, InterruptedException {
    Path vivado = Written.vivado(folder.resolve("bin")).resolve("vivado");
    Map<String, String> wrong =
        Map.of(
            "no_such_command a b", "Vivado has no command no_such_command",
            "add_files -sources_1 x", "add_files has no option -sources_1",
            "open_project x.xpr", "x.xpr is not there",
            "create_project a b", "create_project without -part",
            "write_bitstream a b c", "write_bitstream: 3 arguments");
    for (Map.Entry<String, String> script : wrong.entrySet()) {
      Path file = folder.resolve("wrong.tcl");
      Files.writeString(file, script.getKey() + "\n");
      Process process =
          new ProcessBuilder(vivado.toString(), "-mode", "batch", "-source", file.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(1, process.waitFor(), script.getKey());
      assertTrue(said.contains(script.getValue()), said);
    }
  }

  @Test
  void sameInputsGiveTheSameBytes() {
    SortedMap<String, byte[]> first = files(Card.U250_OPENNIC).make();
    SortedMap<String, byte[]> second = files(Card.U250_OPENNIC).make();
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, bytes) -> assertArrayEquals(bytes, second.get(name), name));
  }

  @Test
  void whatABoardCannotBeIsRefused() {
    assertThrows(
        InputException.class, () -> Card.of(Board.NETFPGA_SUME, Shell.OPENNIC), "no such shell");
    assertEquals(Card.U50_CORUNDUM, Card.of(Board.ALVEO_U50, null));
    assertEquals(Card.U250_OPENNIC, Card.of(Board.ALVEO_U250, Shell.OPENNIC));
    MachineSpec slow = MachineFile.parse(SMALL + "clock_khz = 1000\n");
    RefusedException e =
        assertThrows(
            RefusedException.class,
            () -> new ProjectFiles(Card.U50_CORUNDUM, slow, null, List.of(), List.of()));
    assertTrue(e.getMessage().contains("1.000 MHz"), e.getMessage());
  }
}
