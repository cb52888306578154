package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft bench}. */
class BenchCommandTest {
  private static Weft bench(String example, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("bench", Weft.object(example), "--pcap", Weft.trace(example), "--cycles"));
    args.add("4000");
    args.addAll(List.of(more));
    return Weft.run(args.toArray(String[]::new));
  }

  private static double figure(String line, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":([0-9.E-]+)").matcher(line);
    assertTrue(matcher.find(), line);
    return Double.parseDouble(matcher.group(1));
  }

  /** Two beats of 32 bytes are two clocks. */
  @Test
  void theBusBoundsWhatIsDroppedOrSentBack() {
    for (String example : List.of("drop", "tx")) {
      Weft weft = bench(example, "--size", "64", "-m", "hxdp", "--json");
      assertEquals(0, weft.status(), weft.err());
      assertEquals(0.5, figure(weft.lastLine(), "packets_per_cycle"), 0.001);
      assertEquals(78.125, figure(weft.lastLine(), "mpps"), 0.2);
    }
  }

  @Test
  void sharesAddUpToAll() {
    String line = bench("firewall", "--json").lastLine();
    double sum = 0;
    for (String share :
        List.of("issue", "helper", "packet_data", "map_bank", "divider", "pipeline", "no_packet")) {
      sum += figure(line, "share_" + share);
    }
    assertEquals(1, sum, 0.001);
    assertTrue(figure(line, "rows_per_packet") > 5, line);
    assertTrue(figure(line, "latency_min") <= figure(line, "latency_median"), line);
    assertTrue(figure(line, "latency_p99") <= figure(line, "latency_max"), line);
  }

  @Test
  void offeredLoadIsTakenAsFarAsThereIsRoom() {
    String slow = bench("tx", "--size", "64", "--load", "10G", "--json").lastLine();
    assertEquals(14.88, figure(slow, "mpps"), 0.1);
    assertEquals(0, figure(slow, "overflow"));
    String fast =
        bench("firewall", "--size", "64", "--load", "100G", "-m", "hxdp", "--json").lastLine();
    assertTrue(figure(fast, "overflow") > 0, fast);
  }

  /** What was decided on is counted, whether there is a way out or not. */
  @Test
  void packetsWithoutAPortAreDecidedOn() {
    String with = bench("redirect-map", "--map", "ports:00000000:02000000", "--json").lastLine();
    Weft none = bench("redirect-map", "--map", "ports:00000000:64000000", "--json");
    assertEquals(figure(with, "rows_per_packet"), figure(none.lastLine(), "rows_per_packet"), 0.05);
    assertEquals(0, figure(none.lastLine(), "redirect"));
    assertEquals(figure(none.lastLine(), "packets"), figure(none.lastLine(), "no_port"));
    assertEquals("", none.err());
  }

  @Test
  void measurementOfNothingIsNoted() {
    Weft weft = bench("drop", "--load", "0.001G");
    assertEquals(0, weft.status());
    assertEquals(
        "weft: note: drop: no packet ended in the clocks measured; give more with --cycles\n",
        weft.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"weft run nosuch.o --pcap x.pcap", "weft run", "nonsense", "# title only"})
  void casesAreNamedWhereTheyAreWrong(String line, @TempDir Path folder) throws IOException {
    Path cases = Files.writeString(folder.resolve("cases"), "# first\n" + line + "\n");
    Weft weft = Weft.run("bench", "--cases", cases.toString());
    assertEquals(2, weft.status());
    assertEquals(1, weft.err().lines().count(), weft.err());
    assertTrue(weft.err().startsWith("weft: " + cases + ": "), weft.err());
    assertEquals(!line.startsWith("#"), weft.err().contains(": line 2: "), weft.err());
  }

  @Test
  void sweepsAreCombined() {
    Weft weft = bench("tx", "--sweep", "cores=1,2", "--sweep", "size=64,128", "--csv");
    assertEquals(0, weft.status(), weft.err());
    assertEquals(5, weft.lines().size());
    assertTrue(weft.lines().get(0).startsWith("program,sweep_cores,sweep_size,cores,lanes,"));
    assertTrue(weft.lines().get(4).startsWith("tx,2,128,2,4,"), weft.lines().get(4));
  }

  @Test
  void examplesAreBuiltIn() {
    File[] folders = new File("../examples").listFiles(f -> new File(f, "traffic.pcap").exists());
    assertEquals(Arrays.stream(folders).map(File::getName).sorted().toList(), BuiltIn.NAMES);
    Weft weft = Weft.run("bench", "--cycles", "1000");
    assertEquals(0, weft.status(), weft.err());
    assertEquals(1 + BuiltIn.NAMES.size(), weft.lines().size());
  }

  @Test
  void whereNothingIsMeasuredTheStatusIsOne() {
    Weft weft = bench("load-balancer", "--sweep", "rows=64");
    assertEquals(1, weft.status(), weft.out());
    assertTrue(weft.lines().get(1).contains("refused: program load_balancer: "), weft.out());
  }

  /** Or what was measured before it would be half a table. */
  @ParameterizedTest
  @ValueSource(strings = {"load=full,9", "size=64,70000", "flows=1,x", "memory_latency=1,0"})
  void aValueThatCannotBeIsFoundBeforeAnythingIsMeasured(String sweep) {
    Weft weft = bench("tx", "--sweep", sweep);
    assertEquals(2, weft.status());
    assertEquals("", weft.out());
  }

  @Test
  void aProgramThatTheMachineDoesNotRunIsNamed() {
    Weft weft = bench("load-balancer", "--sweep", "rows=64,4096");
    assertEquals(0, weft.status(), weft.err());
    String refused = weft.lines().get(1);
    assertTrue(refused.matches(".*rows=64 +refused: program load_balancer: .*"), refused);
    assertTrue(weft.lines().get(2).contains("rows=4096  "), weft.lines().get(2));
  }

  @Test
  void standardInputIsNoTraceToReadAgainAndAgain() {
    Weft weft = Weft.run("bench", Weft.object("tx"), "--pcap", "-");
    assertEquals(2, weft.status());
    assertEquals(
        "weft: --pcap -: bench reads the trace again and again; give a file\n", weft.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--json --csv -> --json and --csv are two forms of the same; give one",
        "--load fast -> load fast: give full, trace, or a speed such as 100G",
        "--load 0G -> load 0G: give full, trace, or a speed such as 100G",
        "--sweep cores -> --sweep cores: write KEY=VALUE,VALUE...",
        "--sweep size=1 -> size 1: give a number from 14 to 3520",
        "--sweep cores=0 -> cores 0: give a number from 1 to 64",
        "--sweep speed=9 -> machine: no such key: speed; there are name, cores, ",
        "--sweep lanes=9 -> machine: lanes is 9; it must be 1 to 8",
        "--ports 3 -> --ports 3: give a number from 1 to 2",
        "--flows 2000000 -> flows 2000000: give a number from 1 to 1048576",
      })
  void mistakesAreNamed(String example) {
    String[] parts = example.split(" -> ", 2);
    Weft weft = bench("tx", parts[0].split(" ", -1));
    assertEquals(2, weft.status(), weft.out());
    assertTrue(weft.err().startsWith("weft: " + parts[1]), weft.err());
    assertEquals(1, weft.err().lines().count(), weft.err());
  }
}
