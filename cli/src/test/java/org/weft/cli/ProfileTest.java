package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft compile --profile} and {@code --report}. */
class ProfileTest {
  @TempDir Path directory;

  private static List<String> maps(String example) throws IOException {
    List<String> arguments = new ArrayList<>();
    Path file = Path.of(Weft.example(example, "maps"));
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        if (!line.isEmpty() && !line.startsWith("#")) {
          arguments.addAll(List.of("--map", line));
        }
      }
    }
    return arguments;
  }

  private static Weft weft(List<String> more, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(more);
    return Weft.run(all.toArray(String[]::new));
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  /** Rows a packet of an image on an example's trace; what it does is compared with the object. */
  private static double rows(String example, String image) throws IOException {
    List<String> maps = maps(example);
    String trace = Weft.trace(example);
    Weft run = weft(maps, "run", image, "--pcap", trace, "--json", "--maps");
    assertEquals(0, run.status(), run.err());
    Weft ref =
        weft(
            maps,
            "run",
            Weft.object(example),
            "--pcap",
            trace,
            "--json",
            "--maps",
            "--engine",
            "ref");
    List<String> results = run.lines().subList(0, run.lines().size() - 1);
    assertEquals(
        ref.lines().subList(0, ref.lines().size() - 1),
        results.stream().map(line -> line.replaceAll(",\"rows\":\\d+", "")).toList());
    Matcher summary =
        Pattern.compile("\"packets\":(\\d+),.*\"rows\":(\\d+)").matcher(run.lastLine());
    assertTrue(summary.find(), run.lastLine());
    return Double.parseDouble(summary.group(2)) / Double.parseDouble(summary.group(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "load-balancer",
        "router-ipv4",
        "rxq",
        "syn-limiter",
        "subprog",
        "checksum-loop",
        "tail-call"
      })
  void onTheTraceOfTheProfileTheRowsAreFewer(String example) throws IOException {
    String object = Weft.object(example);
    Weft guessed = Weft.run("compile", object, "-o", file("guessed.weft"));
    assertEquals(0, guessed.status(), guessed.err());
    Weft profiled =
        weft(
            maps(example),
            "compile",
            object,
            "-o",
            file("profiled.weft"),
            "--profile",
            Weft.trace(example),
            "--report",
            file("report.html"));
    assertEquals(0, profiled.status(), profiled.err());
    double before = rows(example, file("guessed.weft"));
    double after = rows(example, file("profiled.weft"));
    assertTrue(after < before, after + " rows with the profile, " + before + " without");
    String page = Files.readString(Path.of(file("report.html")));
    String figure = String.format(Locale.ROOT, "of the trace</th><td>%.2f</td>", after);
    assertTrue(page.contains(figure), figure);
  }

  @Test
  void whatIsExpectedIsWhatTheTraceTakes() throws IOException {
    Weft weft =
        Weft.run(
            "compile",
            Weft.object("firewall"),
            "--profile",
            Weft.trace("firewall"),
            "-o",
            file("x.weft"));
    assertTrue(weft.out().contains("profile of 120 packets: 23 of 27 jumps reached; "), weft.out());
    Matcher expected = Pattern.compile("([\\d.]+) rows a packet expected").matcher(weft.out());
    assertTrue(expected.find(), weft.out());
    assertEquals(rows("firewall", file("x.weft")), Double.parseDouble(expected.group(1)), 1.0);
  }

  @Test
  void jsonSaysWhatTheProfileReached() {
    String trace = Weft.trace("firewall");
    Weft weft = Weft.run("compile", Weft.object("firewall"), "--profile", trace, "--json");
    assertEquals(0, weft.status(), weft.err());
    String profile = "\"profile\":{\"packets\":120,\"jumps\":27,\"reached\":23}";
    assertTrue(weft.out().contains(profile), weft.out());
    assertTrue(weft.out().contains("\"expected_rows\":14."), weft.out());
  }

  @Test
  void theTraceMayComeFromStandardInputIfItIsReadOnce() throws IOException {
    byte[] trace = Files.readAllBytes(Path.of(Weft.trace("tx")));
    Weft weft = Weft.withInput(trace, "compile", Weft.object("tx"), "--profile", "-");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.lastLine().startsWith("profile of 24 packets: 1 of 1 jumps"), weft.out());
    weft =
        Weft.withInput(
            trace, "compile", Weft.object("tx"), "--profile", "-", "--report", file("x.html"));
    assertEquals(2, weft.status());
    assertEquals(1, weft.err().lines().count());
    assertFalse(Files.exists(directory.resolve("x.html")));
  }

  @Test
  void optionsOfTheTraceHoldForTheProfile() {
    Weft weft =
        Weft.run("compile", Weft.object("tx"), "--profile", Weft.trace("tx"), "--limit", "5");
    assertTrue(weft.lastLine().startsWith("profile of 5 packets"), weft.out());
    weft = Weft.run("compile", Weft.object("tx"), "--limit", "5");
    assertEquals(2, weft.status());
    assertEquals("weft: --limit is for --profile; give that, too\n", weft.err());
    weft =
        Weft.run(
            "compile", Weft.object("tx"), "--profile", Weft.trace("tx"), "--map", "none:00:00");
    assertEquals(2, weft.status());
    assertEquals(1, weft.err().lines().count());
  }

  @Test
  void aProfileOfNoPacketsIsNone() throws IOException {
    String trace = new TraceFile().write(directory.resolve("empty.pcap"));
    Weft weft =
        Weft.run("compile", Weft.object("tx"), "--profile", trace, "--report", file("report.html"));
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.err().contains("no packet was run; all likelihoods are guessed"), weft.err());
    assertTrue(Files.readString(directory.resolve("report.html")).contains("as guessed"));
  }

  @Test
  void aTraceThatIsNotThereIsNamed() {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--profile", file("none.pcap"));
    assertEquals(2, weft.status());
    assertEquals(1, weft.err().lines().count());
    assertTrue(weft.err().contains("none.pcap"), weft.err());
  }

  @Test
  void aReportThatCannotBeWrittenLeavesNothing() throws IOException {
    Weft weft = Weft.run("compile", Weft.object("tx"), "--report", file("none/x.html"));
    assertEquals(2, weft.status());
    assertEquals(
        "weft: " + file("none/x.html") + ": cannot be written: no such directory\n", weft.err());
    weft = Weft.run("compile", Weft.object("tx"), "--report", directory.toString());
    assertEquals(2, weft.status());
    assertEquals(1, weft.err().lines().count());
    try (var files = Files.list(directory)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aRefusedProgramHasNoReportAndLeavesTheOneThatWasThere() throws IOException {
    Path machine = directory.resolve("small.machine");
    Files.writeString(machine, "preset = nic100\nname = small\natomics = 0\n");
    Path report = Files.writeString(directory.resolve("x.html"), "before");
    Weft weft =
        Weft.run(
            "compile",
            Weft.object("firewall"),
            "-m",
            machine.toString(),
            "--report",
            report.toString(),
            "--profile",
            Weft.trace("firewall"),
            "--json");
    assertEquals(1, weft.status());
    assertEquals(1, weft.err().lines().count());
    assertTrue(weft.out().contains("\"refused\":\""), weft.out());
    assertEquals("before", Files.readString(report));
  }
}
