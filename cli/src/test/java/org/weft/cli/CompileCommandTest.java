package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCommandTest {
  @TempDir Path directory;

  @Test
  void jsonSaysTheFigures() {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--json");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(
        weft.out()
            .matches(
                "\\{\"program\":\"\\w+\",\"machine\":\"nic100\",\"insns\":\\d+,\"rows\":\\d+,"
                    + "\"slots\":\\d+,\"registers\":\\d+,\"maps\":0,\"lanes\":4,\"time_ms\":\\d+,"
                    + "\"refused\":null}\n"),
        weft.out());
  }

  @Test
  void aProgramThatTheMachineCannotRunIsRefused() throws IOException {
    Path machine = directory.resolve("small.machine");
    Files.writeString(machine, "preset = nic100\nname = small\natomics = 0\n");
    Path image = directory.resolve("x.weft");
    Weft weft =
        Weft.run(
            "compile",
            Weft.object("firewall"),
            "-m",
            machine.toString(),
            "-o",
            image.toString(),
            "--json");
    assertEquals(1, weft.status());
    assertEquals(1, weft.err().lines().count());
    assertTrue(weft.out().contains("\"refused\":\""), weft.out());
    assertFalse(Files.exists(image));
  }

  @Test
  void theImageIsListedByDisasm() {
    Path image = directory.resolve("tx.weft");
    Weft compiled = Weft.run("compile", Weft.object("tx"), "-m", "hxdp", "-o", image.toString());
    assertEquals(0, compiled.status(), compiled.err());
    Weft weft = Weft.run("disasm", image.toString());
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.out().startsWith("; machine hxdp, "), weft.out());
    assertTrue(weft.out().contains("exit TX"), weft.out());
    assertTrue(weft.out().contains("tx.c:"), weft.out());
  }

  @Test
  void dumpWritesWhatGoesInAndWhatComesOut() throws IOException {
    Path dump = directory.resolve("a/b");
    Weft weft = Weft.run("compile", Weft.object("tx"), "--dump", dump.toString());
    assertEquals(0, weft.status(), weft.err());
    try (var files = Files.list(dump)) {
      assertEquals(3, files.filter(file -> file.toFile().length() > 0).count());
    }
  }

  @Test
  void validationSaysWhatItReachedAndThatNothingDiffers() {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--validate", "--validate-runs", "5000");
    assertEquals(0, weft.status(), weft.err());
    assertEquals("edges reached 2 of 2", weft.lines().get(1));
    assertTrue(
        weft.lastLine().matches("5000 runs, \\d+ compared with rows, 0 different"), weft.out());
  }

  @Test
  void validationAsJsonFollowsTheFigures() {
    Weft weft =
        Weft.run(
            "compile", Weft.object("firewall"), "--validate", "--validate-runs", "2000", "--json");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(
        weft.out()
            .matches(
                ".*\"refused\":null,\"validation\":\\{\"edges\":53,\"reached\":\\d+,"
                    + "\"impossible\":1,\"not_reached\":\\[.*\\],\"runs\":2000,"
                    + "\"compared\":\\d+,\"faults\":0,\"different\":0,"
                    + "\"differences\":\\[\\]\\}\\}\n"),
        weft.out());
  }

  @Test
  void optionsOfTheValidationNeedTheValidation() {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--seed", "3");
    assertEquals(2, weft.status());
    assertEquals("weft: --seed is for --validate; give that, too\n", weft.err());
    weft = Weft.run("compile", Weft.object("tx"), "--validate", "--validate-runs", "0");
    assertEquals(2, weft.status());
    assertEquals(1, weft.err().lines().count());
  }
}
