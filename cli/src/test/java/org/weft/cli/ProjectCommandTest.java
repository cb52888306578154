package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.bitstream.vivado.Card;
import org.weft.bitstream.vivado.Written;
import org.weft.isa.machine.MachineFile;

/** {@code weft bitstream} for boards with Vivado. */
class ProjectCommandTest {
  @TempDir Path folder;

  private Path machine(String changes) throws IOException {
    Path file = folder.resolve("small.machine");
    Files.writeString(file, "preset = tiny\nname = small\nframe_bytes = 1536\n" + changes);
    return file;
  }

  private static Weft project(Path out, Path machine, String... more) {
    List<String> all =
        new java.util.ArrayList<>(
            List.of("bitstream", "--board", "netfpga-sume", "-m", machine.toString()));
    all.addAll(List.of("-o", out.toString()));
    all.addAll(List.of(more));
    return Weft.run(all.toArray(String[]::new));
  }

  private static String row(Path project) throws IOException {
    return Files.readString(project.resolve("manifest.json"));
  }

  @Test
  void programIsInTheProjectAndItsCountsAreThoseOfYosys() throws Exception {
    Path machine = machine("");
    Path out = folder.resolve("out");
    Weft weft = project(out, machine, Weft.object("tx"));
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.out().contains("no bitstream was built: vivado is not on PATH"), weft.out());
    assertTrue(weft.out().contains("with program "), weft.out());
    String manifest = row(out);
    assertTrue(manifest.contains("\"bitstream\": null"), manifest);
    assertTrue(manifest.contains("\"program_sha256\""), manifest);
    String writes = Files.readString(out.resolve("program.writes"));
    assertTrue(writes.startsWith("8 2\n600 0\n") && writes.contains("\n504 0\n508 "), writes);
    Written written = new Written(Card.SUME_CORUNDUM, MachineFile.read(machine), out);
    Set<String> read = new HashSet<>();
    assertTrue(written.requireReadable(read));
    assertTrue(written.requireContents());
    Written.Said said =
        written.build(written.checkout(), Written.vivado(folder.resolve("bin")), Map.of());
    assertEquals(0, said.status(), said.text());

    // The report's sum is what the manifest has; nothing is counted again.
    Weft fit = project(out, machine, Weft.object("tx"), "--fit");
    assertEquals(0, fit.status(), fit.err());
    List<String> sum =
        fit.lines().stream().filter(l -> l.startsWith("sum of blocks")).findFirst().stream()
            .flatMap(l -> List.of(l.substring(24).trim().split(" +")).stream())
            .toList();
    String used =
        "\"used\": {\"lut\": %s, \"ff\": %s, \"bram\": %s, \"uram\": %s, \"dsp\": %s}"
            .formatted(sum.toArray());
    assertTrue(manifest.contains(used), used + "\n" + manifest);
    long cells =
        Files.readString(out.resolve("counts.txt"))
            .lines()
            .dropWhile(l -> !l.contains("design hierarchy"))
            .filter(l -> l.matches(" +FD[CPRS]E +\\d+"))
            .mapToLong(l -> Long.parseLong(l.trim().split(" +")[1]))
            .sum();
    assertEquals(sum.get(1), String.valueOf(cells), "flip-flops");

    Path again = folder.resolve("again");
    assertEquals(0, project(again, machine, Weft.object("tx"), "--no-fit").status());
    for (String name : List.of("rtl/weft_corundum.v", "tcl/settings.tcl", "program.image")) {
      assertArrayEquals(
          Files.readAllBytes(out.resolve(name)), Files.readAllBytes(again.resolve(name)), name);
    }
  }

  @Test
  void countingOnlyAndNotCountingContradict() throws Exception {
    Weft weft = project(folder.resolve("out"), machine(""), Weft.object("tx"), "--fit", "--no-fit");
    assertEquals(2, weft.status());
    assertEquals(
        "weft: --fit and --no-fit: one counts only, the other does not count\n", weft.err());
  }

  @Test
  void contentsAreComparedAndWhatIsBrokenIsReadAnew() throws Exception {
    Path machine = machine("");
    Path out = folder.resolve("out");
    assertEquals(0, project(out, machine, Weft.object("tx"), "--no-fit").status());
    Written written = new Written(Card.SUME_CORUNDUM, MachineFile.read(machine), out);
    Set<String> read = new HashSet<>();
    assertTrue(written.requireReadable(read));
    assertFalse(written.requireReadable(read), "the same is not read again");
    assertTrue(written.requireContents());
    Path file = out.resolve("rtl/weft_corundum.v");
    String hardware = Files.readString(file);
    String row = "    rows_lanes_0[1] = 64'b";
    assertTrue(hardware.contains(row + "0"), "row 1");
    Files.writeString(file, hardware.replace(row + "0", row + "1"));
    assertFalse(written.requireReadable(read), "only contents are others");
    assertThrows(AssertionError.class, written::requireContents);
    for (String broken : List.of(row + "2", "    rows_lanes_0[1] = 63'b0")) {
      Files.writeString(file, hardware.replace(row + "0", broken));
      assertThrows(AssertionError.class, () -> written.requireReadable(read), broken);
    }
  }

  @Test
  void withoutAProgramTheNicWaitsForOne() throws Exception {
    Path out = folder.resolve("out");
    Weft weft = project(out, machine("clock_khz = 250000\n"), "--no-fit", "--json");
    assertEquals(0, weft.status(), weft.err());
    assertEquals(row(out), weft.out());
    assertTrue(weft.out().contains("\"used\": null"), weft.out());
    assertFalse(weft.out().contains("program"), weft.out());
    assertFalse(Files.exists(out.resolve("constraints")));
    assertTrue(Files.readString(out.resolve("README.md")).contains("starts without a program"));
  }

  @Test
  void programWithMapsIsLoadedThroughRegisters() throws Exception {
    Path machine = machine("");
    Path out = folder.resolve("out");
    Weft weft = project(out, machine, Weft.object("rxq"), "--no-fit");
    assertEquals(0, weft.status(), weft.err());
    String page = Files.readString(out.resolve("README.md"));
    assertTrue(page.contains("weft device load program.image --device /sys/bus/pci"), page);
    assertTrue(page.contains("has maps"), page);
    List<String> writes = Files.readAllLines(out.resolve("program.writes"));
    // Packets run when all is there.
    assertEquals("8 2", writes.get(0));
    assertEquals(List.of("510 0", "8 1"), writes.subList(writes.size() - 2, writes.size()));
    assertTrue(writes.contains("640 2"), "an array is described");
    Written written = new Written(Card.SUME_CORUNDUM, MachineFile.read(machine), out);
    written.requireReadable();
    // The rows are not there from the beginning: the hardware is that of no program.
    assertFalse(written.requireContents());
    Path bare = folder.resolve("bare");
    assertEquals(0, project(bare, machine, "--no-fit").status());
    assertArrayEquals(
        Files.readAllBytes(bare.resolve("rtl/weft_corundum.v")),
        Files.readAllBytes(out.resolve("rtl/weft_corundum.v")));
  }

  @Test
  void refusalsAreOneLine() throws Exception {
    Path machine = machine("");
    Path out = folder.resolve("out");
    Map<List<String>, String> wrong =
        Map.of(
            List.of("--shell", "opennic"), "shell opennic does not know board netfpga-sume",
            List.of("--shell", "other"), "no shell other; there are corundum, opennic",
            List.of("--shell-dir", folder.toString()), "has no fpga/mqnic/NetFPGA_SUME/fpga",
            List.of("--shell-dir", folder.resolve("none").toString()), "none: no such folder; give",
            List.of("--seed", "3"), "--seed: Vivado has its own",
            List.of(folder.resolve("none.o").toString()), "none.o");
    for (Map.Entry<List<String>, String> line : wrong.entrySet()) {
      Weft weft = project(out, machine, line.getKey().toArray(String[]::new));
      assertEquals(2, weft.status(), weft.err());
      assertEquals(1, weft.err().lines().count(), weft.err());
      assertTrue(weft.err().contains(line.getValue()), weft.err());
    }
    Weft maps = project(out, machine, Weft.object("firewall"));
    assertEquals(1, maps.status(), maps.err());
    assertEquals(1, maps.err().lines().count(), maps.err());
    assertTrue(maps.err().contains("firewall.o"), maps.err());
    Path narrow = folder.resolve("narrow.machine");
    Files.writeString(narrow, "preset = hxdp\nname = narrow\nmap_kbytes = 1\n");
    Weft outside = project(out, narrow, Weft.object("vlan"));
    assertEquals(1, outside.status(), outside.err());
    assertEquals(1, outside.err().lines().count(), outside.err());
    assertTrue(
        outside
            .err()
            .contains(
                "on board netfpga-sume with shell corundum: map rules: does not fit map memory, and"
                    + " the NIC has no memory port, behind which maps take 64 KiB; raise map_kbytes"),
        outside.err());
    Weft other = Weft.run("bitstream", "--board", "ice40-hx8k", "--shell", "corundum", "-o", "x");
    assertEquals(2, other.status(), other.err());
    assertTrue(Files.notExists(out));
  }
}
