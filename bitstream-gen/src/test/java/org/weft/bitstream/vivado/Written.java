package org.weft.bitstream.vivado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.bitstream.step.Digest;
import org.weft.isa.control.Register;
import org.weft.isa.machine.MachineSpec;

/** A project that was written, and the checks that it has to pass. */
public final class Written {
  /** How a tool ended, and what it said. */
  public record Said(int status, String text) {}

  private static final int MARK_BITS = 2;

  private final Card card;
  private final MachineSpec machine;
  private final Path folder;
  private final List<String> sources;
  private final List<String> libraries;

  /** One that is in a folder. */
  public Written(Card card, MachineSpec machine, Path folder) {
    ProjectFiles files = new ProjectFiles(card, machine, null, List.of(), List.of());
    this.card = card;
    this.machine = machine;
    this.folder = folder;
    this.sources = files.sources();
    this.libraries = files.libraries();
  }

  /** Writes a project without a program. */
  static Written write(Card card, MachineSpec machine, Path folder) throws IOException {
    ProjectFiles files = new ProjectFiles(card, machine, null, List.of(), List.of());
    Map<String, byte[]> made = files.make();
    assertEquals(files.names(), List.copyOf(made.keySet()), "names");
    for (Map.Entry<String, byte[]> file : made.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return new Written(card, machine, folder);
  }

  List<String> ports() throws IOException {
    return Files.readAllLines(folder.resolve("tcl/ports.txt"));
  }

  /** A checkout of the shell beside the project. */
  public Path checkout() throws IOException {
    return Checkout.make(card, ports(), folder.resolveSibling(folder.getFileName() + "-shell"));
  }

  /** A folder for PATH with a {@code vivado} that stands for the real one. */
  public static Path vivado(Path folder) throws IOException {
    Path stubs = folder.resolve("stubs.tcl");
    try (var in = Written.class.getResourceAsStream("stubs.tcl")) {
      Files.createDirectories(folder);
      Files.write(stubs, in.readAllBytes());
    }
    Path vivado = folder.resolve("vivado");
    Files.writeString(
        vivado,
        """
        #!/bin/sh
        log=/dev/stdout
        while [ $# -gt 0 ]; do
          case $1 in
            -version) echo "Vivado v0 (stands for it)"; exit 0 ;;
            -mode) [ "$2" = batch ] || exit 9; shift ;;
            -nojournal | -nolog) ;;
            -log) log=$2; shift ;;
            -source) script=$2; shift ;;
            -tclargs) shift; break ;;
            *) echo "ERROR: vivado has no option $1"; exit 9 ;;
          esac
          shift
        done
        exec tclsh '%s' "$script" "$@" >"$log" 2>&1
        """
            .formatted(stubs));
    assertTrue(vivado.toFile().setExecutable(true));
    return folder;
  }

  /** Runs {@code build.sh}. */
  public Said build(Path shell, Path vivado, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("sh", "build.sh", shell.toString());
    builder.environment().put("PATH", vivado + ":" + System.getenv("PATH"));
    builder.environment().putAll(environment);
    return said(builder);
  }

  /** Lints, and reads with the other tools; nothing may be said. */
  public void requireReadable() throws IOException, InterruptedException {
    String top = top();
    List<String> all = new ArrayList<>(libraries);
    all.addAll(sources);
    List<String> lint = new ArrayList<>(List.of("verilator", "--lint-only", "-Wall"));
    lint.addAll(List.of("--top-module", top, "lint/lint.vlt"));
    lint.addAll(all);
    requireSilence(lint);
    List<String> icarus = new ArrayList<>(List.of("iverilog", "-t", "null", "-s", top));
    icarus.addAll(all);
    requireSilence(icarus);
    String script = "read_verilog " + String.join(" ", all) + "; hierarchy -check -top " + top;
    requireSilence(List.of("yosys", "-q", "-p", script));
  }

  /**
   * The same, unless files of the same {@linkplain InitialContents form} were read with the same
   * top before: tools have nothing else to say of other digits in initial contents.
   *
   * @param read digests of what was read, which this one's is added to
   * @return whether tools had to read it
   */
  public boolean requireReadable(Set<String> read) throws IOException, InterruptedException {
    StringBuilder all = new StringBuilder(top());
    List<String> names = new ArrayList<>(libraries);
    names.addAll(sources);
    for (String name : names) {
      String form = InitialContents.of(Files.readString(folder.resolve(name))).form();
      all.append('\n').append(name).append(' ').append(Digest.of(form));
    }
    all.append('\n').append(Digest.of(folder.resolve("lint/lint.vlt")));
    String digest = Digest.of(all.toString());
    if (read.contains(digest)) {
      return false;
    }
    requireReadable();
    return read.add(digest);
  }

  /**
   * Row memory has at first what {@code program.writes} writes into it, or nothing.
   *
   * @return whether it has
   */
  public boolean requireContents() throws IOException {
    List<InitialContents.Memory> all = new ArrayList<>();
    for (String name : sources) {
      all.addAll(InitialContents.of(Files.readString(folder.resolve(name))).memories());
    }
    List<List<String>> rows =
        all.stream().filter(m -> m.name().startsWith("rows_lanes_")).map(m -> m.words()).toList();
    List<List<String>> marks =
        all.stream().map(m -> m.words()).filter(w -> w.get(0).length() == MARK_BITS).toList();
    if (rows.isEmpty()) {
      assertEquals(List.of(), marks);
      return false;
    }
    assertEquals(machine.lanes(), rows.size());
    List<Long> data = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("program.writes"))) {
      String[] write = line.split(" ");
      if (Integer.parseInt(write[0], 16) == Register.PROGRAM_DATA.offset()) {
        data.add(Long.parseLong(write[1], 16));
      }
    }
    int words = 1 + 2 * machine.lanes();
    for (int row = 0; row < rows.get(0).size(); row++) {
      boolean isUsed = row * words < data.size();
      for (int lane = 0; lane < machine.lanes(); lane++) {
        int at = row * words + 1 + 2 * lane;
        long slot = isUsed ? data.get(at) | data.get(at + 1) << Integer.SIZE : 0;
        assertEquals(slot, Long.parseUnsignedLong(rows.get(lane).get(row), 2), "row " + row);
      }
      for (List<String> mark : marks) {
        long expected = isUsed ? data.get(row * words) : 0;
        assertEquals(expected, Long.parseLong(mark.get(row), 2), "mark of row " + row);
      }
    }
    return true;
  }

  private String top() {
    return card.shell() == Shell.CORUNDUM ? card.shell().block() : card.shell().wrapper();
  }

  private void requireSilence(List<String> command) throws IOException, InterruptedException {
    Said said = said(new ProcessBuilder(command));
    assertEquals(0, said.status(), said.text());
    assertEquals("", said.text(), command.toString());
  }

  /** Runs something in the project's folder. */
  Said said(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.directory(folder.toFile()).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }
}
