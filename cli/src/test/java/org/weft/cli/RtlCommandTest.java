package org.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.isa.control.Register;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

class RtlCommandTest {
  @TempDir Path folder;

  private static String tool(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  private Path image(String program, String machine) {
    Path image = folder.resolve(program + ".image");
    Weft weft = Weft.run("compile", Weft.object(program), "-m", machine, "-o", image.toString());
    assertEquals(0, weft.status(), weft.err());
    return image;
  }

  @Test
  void whatIsWrittenLintsAndReplaysATrace() throws Exception {
    Path directory = folder.resolve("nic");
    String image = image("tx", "hxdp").toString();
    Weft weft = Weft.run("rtl", "-m", "hxdp", "-o", directory.toString(), image);
    assertEquals(0, weft.status(), weft.err());
    assertEquals("", tool(directory, "make", "-s", "lint"));
    String trace = Path.of(Weft.trace("tx")).toAbsolutePath().toString();
    String fates = tool(directory, "make", "-s", "replay", "TRACE=" + trace);
    List<String> lines = fates.lines().toList();
    Weft run = Weft.run("run", Weft.object("tx"), "--pcap", Weft.trace("tx"), "--json");
    List<String> expected = run.lines().stream().filter(l -> l.startsWith("{\"n\":")).toList();
    assertEquals(expected.size(), lines.size(), fates);
    for (int i = 0; i < lines.size(); i++) {
      assertTrue(lines.get(i).startsWith(i + " TX port 0 "), lines.get(i));
      String out = expected.get(i).replaceAll(".*\"out\":\"([0-9a-f]*)\".*", "$1");
      assertTrue(out.startsWith("{") || lines.get(i).endsWith(out), lines.get(i));
    }
  }

  /** What the NIC's memory port finds there before the soft reset would be other rules. */
  @Test
  void benchHasMemoryForMapsThatDoNotFit() throws Exception {
    Path machine = folder.resolve("small.machine");
    Files.writeString(machine, "preset = hxdp\nname = small\nlanes = 2\nmap_kbytes = 1\n");
    String image = image("vlan", machine.toString()).toString();
    Path directory = folder.resolve("nic");
    String[] command = {"rtl", "-m", machine.toString(), "-o", directory.toString(), image};
    Weft without = Weft.run(command);
    assertEquals(1, without.status(), without.err());
    assertTrue(without.err().contains("map rules: does not fit map memory"), without.err());
    Weft weft =
        Weft.run(
            Stream.concat(Stream.of(command), Stream.of("--memory-kbytes", "64"))
                .toArray(String[]::new));
    assertEquals(0, weft.status(), weft.err());
    assertEquals("", tool(directory, "make", "-s", "lint"));
    String trace = Path.of(Weft.trace("vlan")).toAbsolutePath().toString();
    String fates = tool(directory, "make", "-s", "replay", "TRACE=" + trace);
    Weft run = Weft.run("run", Weft.object("vlan"), "--pcap", Weft.trace("vlan"), "--json");
    List<String> verdicts = List.of("ABORTED", "DROP", "PASS", "TX", "REDIRECT");
    List<String> expected =
        run.lines().stream()
            .filter(l -> l.startsWith("{\"n\":"))
            .map(l -> verdicts.get(Integer.parseInt(l.replaceAll(".*\"ret\":([0-9]+).*", "$1"))))
            .toList();
    assertEquals(expected, fates.lines().map(l -> l.split(" ")[1]).toList());
  }

  @Test
  void nothingStandsBesideTheLineOnStandardError() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.weft.cli.Main",
                "rtl",
                "-m",
                "tiny",
                "-o",
                file.resolve("x").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, process.waitFor(), said);
    assertEquals("weft: " + file + ": cannot be made: is a file\n", said);
  }

  @Test
  void machineRegistersAndPortsAreDescribed() throws Exception {
    Path directory = folder.resolve("two/parts");
    Weft weft = Weft.run("rtl", "-m", "tiny", "-o", directory.toString());
    assertEquals(0, weft.status(), weft.err());
    assertTrue(weft.lines().contains(directory.resolve("weft_nic.v").toString()), weft.out());
    assertEquals(MachineSpec.preset("tiny"), MachineFile.read(directory.resolve("tiny.machine")));
    String page = Files.readString(directory.resolve("weft_nic.md"));
    assertTrue(page.contains(Register.table()), page);
    assertTrue(page.contains("| `s_axis_0_tdata` | in |"), page);
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    var document = factory.newDocumentBuilder().parse(directory.resolve("weft_nic.xml").toFile());
    int registers = document.getElementsByTagName("ipxact:register").getLength();
    assertEquals(Register.values().length, registers);
  }

  @Test
  void entriesBehindTheMemoryPortNeedThePort() {
    String to = folder.resolve("out").toString();
    Weft weft = Weft.run("rtl", "-m", "tiny", "-o", to, "--memory-entries", "64");
    assertEquals(2, weft.status());
    assertEquals("weft: --memory-entries is for a NIC with --memory-kbytes\n", weft.err());
  }

  @Test
  void whatIsThereIsNotOverwritten() throws IOException {
    Files.writeString(folder.resolve("file"), "mine");
    Weft weft = Weft.run("rtl", "-m", "tiny", "-o", folder.toString());
    assertEquals(2, weft.status());
    assertEquals("weft: " + folder + ": is not empty; give a new directory\n", weft.err());
    weft = Weft.run("rtl", "-m", "tiny", "-o", folder.resolve("file").toString());
    assertEquals(2, weft.status());
    assertTrue(weft.err().endsWith("file: is a file; give a directory\n"), weft.err());
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void refusalsAreOneLine() throws IOException {
    Path machine = folder.resolve("flat.machine");
    Files.writeString(machine, "preset = tiny\nname = flat\ndepth = 2\n");
    String to = folder.resolve("out").toString();
    Weft weft = Weft.run("rtl", "-m", machine.toString(), "-o", to);
    assertEquals(2, weft.status(), weft.err());
    assertEquals(1, weft.err().lines().count(), weft.err());
    assertEquals(2, Weft.run("rtl", "-m", "tiny").status());
    assertEquals(2, Weft.run("rtl", "-m", "none", "-o", to).status());
    assertEquals(2, Weft.run("rtl", "-m", "tiny", "-o", to, Weft.object("tx")).status());
    String other = image("tx", "hxdp").toString();
    weft = Weft.run("rtl", "-m", "tiny", "-o", to, other);
    assertEquals(1, weft.status(), weft.err());
    assertTrue(weft.err().contains("made for machine hxdp, not tiny"), weft.err());
    assertTrue(Files.notExists(Path.of(to)));
  }
}
