package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                "\\{\"program\":\"\\w+\",\"machine\":\"nic100\",\"insns\":\\d+,\"visited\":\\d+,\"programs\":1,\"rows\":\\d+,"
                    + "\"slots\":\\d+,\"registers\":\\d+,\"maps\":0,"
                    + "\"passes\":\\{(\"[a-z-]+\":\\d+,?)+},\"lanes\":4,\"expected_rows\":1\\.98,\"time_ms\":\\d+,"
                    + "\"refused\":null}\n"),
        weft.out());
  }

  @Test
  void programsBehindTailCallsAreCounted() {
    Weft text = Weft.run("compile", Weft.object("tail-call"), "-p", "dispatch");
    assertTrue(
        text.out().contains(" rows with those of programs behind tail calls (6), "), text.out());
    Weft json = Weft.run("compile", Weft.object("tail-call"), "-p", "dispatch", "--json");
    assertTrue(json.out().contains("\"programs\":7,"), json.out());
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
    assertTrue(weft.out().contains("net.h:"), weft.out());
  }

  @Test
  void aFileIsNoDirectoryToDumpInto() throws IOException {
    String file = Files.createFile(directory.resolve("file")).toString();
    Weft weft = Weft.run("compile", Weft.object("tx"), "--dump", file);
    assertEquals(2, weft.status());
    assertEquals("weft: " + file + ": cannot be made: is a file\n", weft.err());
  }

  @Test
  void dumpWritesWhatGoesInAndWhatComesOut() throws IOException {
    Path dump = directory.resolve("a/b");
    Weft weft = Weft.run("compile", Weft.object("tx"), "--dump", dump.toString());
    assertEquals(0, weft.status(), weft.err());
    try (var files = Files.list(dump)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      assertTrue(
          names.containsAll(
              List.of("tx.00-construction.ir", "tx.01-simplify.ir", "tx.ebpf", "tx.rows")),
          names.toString());
      for (String name : names) {
        assertTrue(Files.size(dump.resolve(name)) > 0, name);
      }
    }
  }

  @Test
  void aPassThatIsSkippedChangesNothing() {
    Weft all = Weft.run("compile", Weft.object("tx"), "--json");
    Weft without = Weft.run("compile", Weft.object("tx"), "--json", "--skip-pass", "widen-stores");
    assertEquals(0, without.status(), without.err());
    assertTrue(all.out().contains("\"widen-stores\":4"), all.out());
    assertFalse(without.out().contains("widen-stores"), without.out());
  }

  @Test
  void noPassRunsAfterTheLast() {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--json", "--stop-after", "stack-values");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.out().contains("\"stack-values\":0},"), weft.out());
  }

  @Test
  void anUnknownPassIsNamedWithThoseThereAre() {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--skip-pass", "magic");
    assertEquals(2, weft.status());
    assertTrue(
        weft.err()
            .contains("no pass magic; there are advance-branches, array-lookups, duplicate, "),
        weft.err());
  }

  @Test
  void aPassMayBeLeftOutTwice() {
    Weft weft =
        Weft.run(
            "compile", Weft.object("tx"), "--skip-pass", "duplicate", "--skip-pass", "duplicate");
    assertEquals(0, weft.status(), weft.err());
  }

  /** Before anything is written. */
  @Test
  void filesAndOptionsThatAreGivenTwiceAreMistakes() throws IOException {
    String image = directory.resolve("image").toString();
    Path object = directory.resolve("tx.o");
    byte[] bytes = Files.readAllBytes(Path.of(Weft.object("tx")));
    Files.write(object, bytes);
    Weft twice = Weft.run("compile", object.toString(), "-o", image, "-o", image + "2");
    assertEquals(2, twice.status());
    assertEquals("weft: --output is given twice\n", twice.err());
    Weft same = Weft.run("compile", object.toString(), "-o", object.toString());
    assertEquals(2, same.status());
    assertTrue(same.err().contains("the same file as what is read"), same.err());
    Weft both = Weft.run("compile", object.toString(), "-o", image, "--report", image);
    assertEquals(2, both.status());
    assertTrue(both.err().contains("the same file as --output"), both.err());
    assertArrayEquals(bytes, Files.readAllBytes(object));
    assertFalse(Files.exists(Path.of(image)));
  }

  @Test
  void validationSaysWhatItReachedAndThatNothingDiffers() {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--validate", "--validate-runs", "5000");
    assertEquals(0, weft.status(), weft.err());
    assertEquals("edges reached 2 of 2", weft.lines().get(2));
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

  @Test
  void readOnlyDataAreCompiledIn() {
    String image = directory.resolve("x.weft").toString();
    String object = Weft.object("adjust-tail");
    Weft weft = Weft.run("compile", object, "--map", ".rodata:00000000:ffff0000", "-o", image);
    assertEquals(0, weft.status(), weft.err());
    String trace = Weft.trace("adjust-tail");
    assertTrue(Weft.run("run", image, "--pcap", trace).lines().get(1).startsWith("PASS "));
    Weft changed = Weft.run("run", image, "--pcap", trace, "--map", ".rodata:00000000:40000000");
    assertEquals(2, changed.status());
    assertTrue(changed.err().contains("give --map to weft compile"), changed.err());
  }

  @Test
  void readOnlyDataAreSetInEveryEngine() {
    String object = Weft.object("adjust-tail");
    String trace = Weft.trace("adjust-tail");
    for (String engine : List.of("ref", "rows")) {
      Weft weft =
          Weft.run(
              "run",
              object,
              "--engine",
              engine,
              "--pcap",
              trace,
              "--map",
              ".rodata:00000000:ffff0000");
      assertEquals(0, weft.status(), weft.err());
      assertFalse(weft.out().contains("TX"), weft.out());
    }
  }

  @Test
  void readOnlyDataAreSetAsAWhole() {
    String object = Weft.object("adjust-tail");
    Weft small = Weft.run("compile", object, "--map", ".rodata:00000000:4000");
    assertEquals(2, small.status());
    assertTrue(small.err().contains("value has 2 bytes; it needs 4"), small.err());
    Weft second = Weft.run("compile", object, "--map", ".rodata:01000000:40000000");
    assertEquals(2, second.status());
    assertTrue(second.err().contains("has one entry, whose key is 00000000"), second.err());
    Weft other = Weft.run("compile", Weft.object("firewall"), "--map", "flows:00:00");
    assertEquals(2, other.status());
    assertTrue(other.err().contains("--map flows is for --profile"), other.err());
  }

  @Test
  void anUnsafeProgramIsRefusedWithPlaceCauseAndRemedy() throws IOException {
    Path object = directory.resolve("unsafe.o");
    byte[] bytes = Files.readAllBytes(Path.of(Weft.object("tx")));
    // The check of the packet's length: "if r1 > r2 goto" becomes "if r1 < r2 goto".
    for (int i = 0; i < bytes.length - 8; i += 8) {
      if (bytes[i] == 0x2d) {
        bytes[i] = (byte) 0xad;
        break;
      }
    }
    Files.write(object, bytes);
    Weft weft = Weft.run("compile", object.toString());
    assertEquals(1, weft.status(), weft.err());
    assertTrue(
        weft.err()
            .matches(
                "(?s)weft: .*unsafe.o: program tx, insn \\d+ \\(.*net.h:\\d+\\): accesses \\d+ bytes of"
                    + " the packet at offset \\d+, which were not checked; compare the end of what"
                    + " is accessed with data_end on every path that leads here \\(r.*\\)\n"),
        weft.err());
  }
}
