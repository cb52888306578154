package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

class RunCommandTest {
  @TempDir Path directory;

  private static Weft run(String example, String... options) {
    return runWith(example, Weft.trace(example), options);
  }

  private static Weft runWith(String example, String trace, String... options) {
    List<String> args = new ArrayList<>(List.of("run", Weft.object(example), "--pcap", trace));
    args.addAll(Arrays.asList(options));
    return Weft.run(args.toArray(String[]::new));
  }

  @Test
  void theTableSaysVerdictsAndMaps() {
    Weft weft = run("count-protocol-drop");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.out().startsWith("verdict         packets      changed\nDROP "), weft.out());
    assertTrue(weft.out().contains("\nmap protocols (percpu_array): "), weft.out());
    assertTrue(weft.out().contains("\n  17   cpu 0: "), weft.out());
    assertEquals("", weft.err());
  }

  @Test
  void ofSeveralProgramsTheOneThatRanIsNamed() {
    assertEquals(
        "weft: note: classify was run, the first of classify, act; -p chooses\n",
        run("metadata").err());
    assertEquals("", run("metadata", "-p", "act").err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ref", "rows"})
  void jsonHasOneObjectPerPacketAndASummary(String engine) {
    Weft weft = run("drop", "--json", "--engine", engine);
    assertEquals(0, weft.status(), weft.err());
    long packets = weft.lines().size() - 1;
    String rows = engine.equals("rows") ? ",\"rows\":1" : "";
    assertEquals("{\"n\":0,\"ret\":1" + rows + "}", weft.lines().get(0));
    String summary = weft.lastLine();
    assertTrue(
        summary.startsWith("{\"summary\":{\"packets\":" + packets + ",\"seconds\":"), summary);
    assertTrue(
        summary.contains(",\"aborted\":0,\"drop\":" + packets + ",\"pass\":0,\"tx\":0,"), summary);
    assertFalse(weft.out().contains("\"map\""));
  }

  @Test
  void jsonShowsBytesThatChangedAndRedirects() {
    Weft weft = run("redirect-map", "--map", "ports:00000000:02000000", "--json");
    assertTrue(weft.lines().get(0).startsWith("{\"n\":0,\"ret\":4,\"out\":\""), weft.out());
    assertTrue(weft.lines().get(0).contains("\",\"redirect\":2,\"rows\":"), weft.out());
    assertFalse(run("drop", "--json").out().contains("\"out\""));
  }

  @Test
  void routesComeFromAFile() throws IOException {
    Path fib = directory.resolve("fib");
    String example = "fib-router";
    Files.write(fib, List.of("link 1 forwarding on", "route blackhole default"));
    assertTrue(run(example, "--fib", fib.toString()).out().contains("DROP "));
    assertFalse(run(example).out().contains("DROP "), "without routes nothing is forwarded");
    Files.write(fib, List.of("# nothing", "link 1 forwarding perhaps"));
    Weft wrong = run(example, "--fib", fib.toString());
    assertEquals(2, wrong.status());
    assertEquals("weft: " + fib + ":2: what is perhaps? known here are on and off\n", wrong.err());
    Weft missing = run(example, "--fib", directory.resolve("none").toString());
    assertEquals(2, missing.status());
    assertTrue(missing.err().contains("cannot be read"), missing.err());
  }

  @Test
  void recordsOfARingBufferAreAList() {
    Weft weft = run("sampler", "--json", "--maps");
    assertTrue(weft.out().contains("\"type\":\"ringbuf\",\"entries\":[\"7f775d36"), weft.out());
    assertTrue(run("sampler").out().contains("map samples (ringbuf): 24 records\n  0   7f77"));
  }

  @Test
  void jsonShowsMapsWhenAsked() {
    Weft weft = run("count-protocol-drop", "--json", "--maps", "--cpu", "3");
    String map = weft.lines().get(weft.lines().size() - 2);
    assertTrue(
        map.startsWith("{\"map\":\"protocols\",\"type\":\"percpu_array\",\"entries\":{"), map);
    String zero = "\"0000000000000000\",";
    assertTrue(map.contains("[" + zero.repeat(3) + "\""), map);
  }

  @Test
  void leavingPacketsAreWritten() throws IOException {
    Path out = directory.resolve("out.pcapng");
    Weft weft = run("firewall", "--out", out.toString(), "--json");
    assertEquals(0, weft.status(), weft.err());
    long passed = weft.lines().stream().filter(line -> line.contains("\"ret\":2")).count();
    long written = 0;
    try (TraceReader reader = Traces.open(out)) {
      while (reader.next()) {
        written++;
      }
    }
    assertTrue(passed > 0);
    assertEquals(passed, written);
  }

  @Test
  void aFailureKeepsWhatWasPrintedAndLeavesNoFile() throws IOException {
    byte[] trace = new TraceFile().packet(60, 60).packet(61, 61).packet(62, 62).bytes();
    Path cut = Files.write(directory.resolve("cut.pcap"), Arrays.copyOf(trace, trace.length - 1));
    Path out = directory.resolve("out.pcap");
    Weft weft = runWith("drop", cut.toString(), "--json", "--out", out.toString());
    assertEquals(2, weft.status());
    assertEquals(
        "weft: "
            + cut
            + ": packet 2 at byte 177: the trace is cut off in the middle;"
            + " editcap can drop what is incomplete\n",
        weft.err());
    assertEquals(2, weft.lines().size(), weft.out());
    assertTrue(weft.lastLine().endsWith("}"), weft.out());
    try (var files = Files.list(directory)) {
      assertEquals(List.of(cut), files.toList());
    }
  }

  @Test
  void anImageRunsLikeItsObject() {
    String image = directory.resolve("firewall.weft").toString();
    assertEquals(0, Weft.run("compile", Weft.object("firewall"), "-o", image).status());
    String trace = Weft.trace("firewall");
    Weft ran = Weft.run("run", image, "--pcap", trace, "--json", "--maps");
    assertEquals(0, ran.status(), ran.err());
    List<String> want = run("firewall", "--json", "--maps").lines();
    assertEquals(want.subList(0, want.size() - 1), ran.lines().subList(0, want.size() - 1));

    Weft other = Weft.run("run", image, "--pcap", trace, "--engine", "ref");
    assertEquals(2, other.status());
    assertTrue(other.err().contains("is an image; give the object"), other.err());
  }

  @Test
  void aTraceComesFromStandardInput() {
    byte[] trace = new TraceFile().packet(60, 60).packet(60, 60).bytes();
    Weft weft = Weft.withInput(trace, "run", Weft.object("drop"), "--pcap", "-", "--limit", "1");
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.out().contains("\n1 packets in "), weft.out());
  }

  @Test
  void packetsCapturedInPartAreNoted() throws IOException {
    String trace = new TraceFile().packet(60, 1500).write(directory.resolve("t.pcap"));
    Weft weft = runWith("drop", trace);
    assertEquals(0, weft.status());
    assertTrue(weft.err().startsWith("weft: note: 1 packets were captured in part"), weft.err());
  }

  @Test
  void packetsThatFitNoBufferAreCountedNotRun() throws IOException {
    String trace =
        new TraceFile().packet(3521, 3521).packet(3520, 3520).write(directory.resolve("t.pcap"));
    Weft weft = runWith("drop", trace, "--json");
    assertEquals(0, weft.status());
    assertTrue(weft.lines().get(0).startsWith("{\"n\":1,"), weft.out());
    assertTrue(weft.lastLine().contains("\"not_run\":1"), weft.out());
    assertEquals(
        "weft: note: 1 packets were not run: packet 0: frame over 3520 bytes\n", weft.err());
  }

  @Test
  void simPrintsClocks() throws IOException {
    Weft rows = run("tx", "--json");
    Weft sim = run("tx", "--engine", "sim", "--json", "-m", "hxdp");
    assertEquals(0, sim.status(), sim.err());
    assertEquals(rows.lines().size(), sim.lines().size());
    for (String line : sim.lines().subList(0, sim.lines().size() - 1)) {
      assertTrue(line.matches("\\{\"n\":.*\"cycles\":\\d+,\"rows\":2}"), line);
    }
    assertTrue(sim.lastLine().contains("\"packets\":24,"), sim.lastLine());
    assertTrue(
        sim.lastLine().matches(".*\"cycles\":\\d+,\"packets_per_cycle\":0\\.\\d+,\"mpps\":.*"),
        sim.lastLine());
  }

  /** As many packets at once as the NIC holds: what they change does not depend on their order. */
  @Test
  void simLeavesTheSameTraceAsRows() throws IOException {
    Path one = directory.resolve("one.pcap");
    Path other = directory.resolve("other.pcap");
    assertEquals(0, run("vlan", "--out", one.toString()).status());
    Weft sim = run("vlan", "--engine", "sim", "--out", other.toString());
    assertEquals(0, sim.status(), sim.err());
    assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(other));
  }

  @Test
  void packetsThatFindNoPortAreNoted() {
    String trace = Weft.trace("redirect-map");
    String[] command = {
      "run",
      Weft.object("redirect-map"),
      "--pcap",
      trace,
      "--engine",
      "sim",
      "--json",
      "--map",
      "ports:00000000:64000000"
    };
    Weft weft = Weft.run(command);
    assertEquals(0, weft.status(), weft.err());
    Matcher all =
        Pattern.compile("\"redirect\":([0-9]+),.*\"no_port\":\\1[,}]").matcher(weft.lastLine());
    assertTrue(all.find(), weft.lastLine());
    assertEquals(
        "weft: note: "
            + all.group(1)
            + " packets did not leave: they were redirected to interfaces without a port\n",
        weft.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--map nonsense -> --map nonsense: write NAME:KEYHEX:VALUE",
        "--map nomap:00:00 -> --map nomap: no such map; there are outcomes, flows",
        "--map outcomes:0:00 -> --map outcomes:0:00: key: an odd number of hexadecimal digits",
        "--map outcomes:0000:00 -> map outcomes: a key of 2 bytes; it has 4",
        "--map outcomes:00000000:00 -> map outcomes: a value of 1 bytes; it has 8",
        "--map outcomes:00000000:xx -> --map outcomes: value: character 1 is no hexadecimal digit",
        "--engine vhdl -> no engine vhdl; there are ref, kernel, rows, sim, rtl",
        "--wave f -> --wave is for --engine sim or rtl: no other has clocks",
        "--engine sim --wave no/such/dir.vcd -> no/such/dir.vcd: cannot be written: no such directory",
        "--engine sim --memory-latency 0 -> --memory-latency 0: give a number from 1 to 10000",
        "--ifindex 0 -> --ifindex 0: give a number from 1 to 2147483647",
        "--queue x -> --queue x: give a number from 0 to 4095",
        "--cpu 256 -> --cpu 256: give a number from 0 to 255",
        "-m gpu -> no machine gpu: neither a file nor one of tiny, hxdp, nic100",
        "-p nothing -> ../examples/firewall/firewall.o: no XDP program named nothing; there are",
        "--repeat 5 -> --repeat is for --engine kernel",
        "--map-entries flows:67108865 -> --map-entries flows:67108865: write NAME:N, N from 1 to"
            + " 67108864",
        "--out  -> --out: give a file's name",
        "--out - -> --out: give a file's name",
        "--memory-latency 5 -> --memory-latency is for --engine sim",
        "--engine sim --wave f.fst -> --wave: --engine sim writes VCD",
        "--out no/such/dir.pcap -> no/such/dir.pcap: cannot be written: no such directory",
      })
  void mistakesAreNamed(String example) {
    String[] parts = example.split(" -> ", 2);
    Weft weft = run("firewall", parts[0].split(" ", -1));
    assertEquals(2, weft.status(), weft.err());
    assertTrue(weft.err().startsWith("weft: " + parts[1]), weft.err());
    assertEquals(1, weft.err().lines().count(), weft.err());
    assertEquals("", weft.out());
  }

  @Test
  void aTraceIsNeeded() {
    Weft weft = Weft.run("run", Weft.object("drop"));
    assertEquals(2, weft.status());
    assertEquals("weft: no trace given; give one with --pcap\n", weft.err());
  }

  @Test
  void mapsHaveAsManyEntriesAsIsSaid() {
    String[] command = {
      "run",
      Weft.object("firewall"),
      "--pcap",
      Weft.trace("firewall"),
      "--maps",
      "--map-entries",
      ""
    };
    command[6] = "flows:3";
    Weft weft = Weft.run(command);
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.out().contains("map flows (hash): 3 entries"), weft.out());
    command[6] = "other:3";
    weft = Weft.run(command);
    assertEquals(2, weft.status());
    assertTrue(weft.err().contains("no map other; there are "), weft.err());
    for (String wrong : new String[] {"flows:0", "flows", "flows:x", ":5", "flows:5000000000"}) {
      command[6] = wrong;
      weft = Weft.run(command);
      assertEquals(2, weft.status(), wrong);
      assertTrue(weft.err().contains("write NAME:N"), weft.err());
    }
  }
}
