package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.sim.kernel.KernelEngine;

class VerifyCommandTest {
  @TempDir Path directory;

  private static Weft verify(String example, String... options) {
    String[] args = new String[4 + options.length];
    args[0] = "verify";
    args[1] = Weft.object(example);
    args[2] = "--pcap";
    args[3] = Weft.trace(example);
    System.arraycopy(options, 0, args, 4, options.length);
    return Weft.run(args);
  }

  @Test
  void enginesThatAgreeGiveStatusZero() {
    Weft weft = verify("tx", "--engines", "rows,ref");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.lines().get(1).matches("  ref/rows: verdicts \\d+ equal; .*"), weft.out());
  }

  @Test
  void simAndHardwareGoInLockStep() {
    Weft weft = verify("tx", "--engines", "rtl,sim", "-m", "tiny", "--stalls", "3");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(
        weft.lines()
            .get(1)
            .matches(
                "  sim/rtl: verdicts (\\d+) equal; packets \\1 equal; maps 0 equal;"
                    + " clocks \\1 equal; rows \\d\\d+ equal; counters \\d+ equal"),
        weft.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--wave", "--stalls"})
  void whatOnlyLockStepHasIsRefusedElsewhere(String option) {
    Weft weft = verify("tx", "--engines", "ref,sim", option, "7");
    assertEquals(2, weft.status());
    assertEquals("weft: " + option + " is for --engines sim,rtl\n", weft.err());
  }

  @Test
  void hardwareRunsNothingOnACpuThatItDoesNotHave() {
    Weft weft = verify("tx", "--engines", "sim,rtl", "-m", "hxdp", "--cpu", "5");
    assertEquals(2, weft.status());
    assertEquals("weft: --cpu 5: machine hxdp has logical CPU 0 only\n", weft.err());
  }

  /** Beside it goes a file .vcd. */
  @Test
  void wavesOfTheHardwareHaveTheirEnding() {
    Weft weft = verify("tx", "--engines", "sim,rtl", "--wave", "a.vcd");
    assertEquals(2, weft.status());
    assertEquals("weft: --wave a.vcd: signals of the hardware go to a file .fst\n", weft.err());
  }

  @Test
  void theKernelTakesPartOrIsLeftOutWithAWord() {
    Weft weft = verify("firewall");
    assertEquals(0, weft.status(), weft.err());
    if (KernelEngine.unavailable().isEmpty()) {
      assertTrue(weft.out().contains("  kernel/ref: verdicts "), weft.out());
    } else {
      assertTrue(weft.err().startsWith("weft: engine kernel is left out: "), weft.err());
      assertTrue(weft.out().contains("  kernel is left out: "), weft.out());
    }
  }

  @Test
  void theJunitReportHasACaseForEachPairAndAspect() throws IOException {
    Path file = directory.resolve("report.xml");
    Weft weft = verify("firewall", "--engines", "ref,rows", "--junit", file.toString());
    assertEquals(0, weft.status(), weft.err());
    String xml = Files.readString(file);
    assertTrue(xml.contains("tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"0\""), xml);
    for (String aspect : new String[] {"verdicts", "packets", "maps"}) {
      assertTrue(xml.contains("name=\"ref/rows " + aspect + "\""), xml);
    }
  }

  @Test
  void aMachineThatRefusesTheProgramIsAnErrorInTheReport() throws IOException {
    Path machine = directory.resolve("small.machine");
    Files.writeString(machine, "preset = nic100\nname = small\natomics = 0\n");
    Path file = directory.resolve("report.xml");
    Weft weft =
        verify(
            "firewall",
            "--engines",
            "ref,rows",
            "-m",
            machine.toString(),
            "--junit",
            file.toString(),
            "--json");
    assertEquals(1, weft.status());
    assertTrue(weft.out().contains("\"refused\":{\"rows\":\""), weft.out());
    assertTrue(Files.readString(file).contains("errors=\"1\""), Files.readString(file));
  }

  @Test
  void jsonCountsWhatWasFound() {
    Weft weft = verify("drop", "--engines", "ref,rows", "--json");
    assertTrue(
        weft.out()
            .contains(
                "\"comparisons\":[{\"left\":\"ref\",\"right\":\"rows\",\"verdicts\":{\"equal\":"),
        weft.out());
    assertFalse(weft.out().contains("\"different\":1"), weft.out());
  }

  @Test
  void allProgramsOfAnObjectAreVerified() {
    Weft weft =
        verify("tail-call", "--engines", "ref,rows", "--map", "parsers:01000000:parse_ipv4");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.out().contains(", program dispatch\n"), weft.out());
    assertTrue(weft.out().contains(", program parse_ipv4\n"), weft.out());
    Weft one = verify("tail-call", "--engines", "ref,rows", "-p", "dispatch");
    assertEquals(1, one.lines().stream().filter(line -> line.contains(", program ")).count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ref -> --engines ref: give two or more to compare",
        "ref,ref -> --engines ref,ref: ref is named twice",
        "ref,vhdl -> no engine vhdl; there are ref, kernel, rows, sim, rtl",
        "ref, -> no engine ; there are ref, kernel, rows, sim, rtl",
      })
  void mistakesAreNamed(String example) {
    String[] parts = example.split(" -> ", 2);
    Weft weft = verify("drop", "--engines", parts[0]);
    assertEquals(2, weft.status());
    assertEquals("weft: " + parts[1] + "\n", weft.err());
  }

  @Test
  void xmlHoldsNoCharactersThatItCannot() {
    assertEquals("a?b\n?c\u00e9?", JunitReport.clean("a\u0000b\n\ud800c\u00e9\uffff"));
  }
}
