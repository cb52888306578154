package org.weft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bitstream, decoded to the netlist that it is, and simulated behind a pseudo-terminal: what a
 * board would do with it.
 */
final class DecodedBoard implements AutoCloseable {
  /** Of the decoder's netlist: nets in no order, names that it makes up, ports it leaves open. */
  private static final List<String> WAIVED =
      List.of("-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-UNOPTFLAT", "-Wno-MULTIDRIVEN");

  private static final Pattern HEAD = Pattern.compile("module Board \\(([^)]*)\\);");

  /** What the netlist does not say: how block memory works. */
  private static final String MEMORY = "SB_RAM40_4K.v";

  private static final String BENCH = "serial.cpp";

  private final Process process;
  private final Path line;

  /** Of the packed bitstream in a folder. */
  DecodedBoard(Path folder, Path work) throws IOException, InterruptedException {
    Files.createDirectories(work);
    run(work, "unpack.log", "iceunpack", folder.resolve("board.bin").toString(), "board.asc");
    String pins = folder.resolve("board.pcf").toString();
    run(work, "decoded.v", "icebox_vlog", "-s", "-n", "Board", "-p", pins, "board.asc");
    Files.writeString(
        work.resolve("board.v"), withOldPorts(Files.readString(work.resolve("decoded.v"))));
    for (String resource : List.of(MEMORY, BENCH)) {
      try (InputStream bytes = DecodedBoard.class.getResourceAsStream(resource)) {
        Files.write(work.resolve(resource), bytes.readAllBytes());
      }
    }
    List<String> verilate =
        new ArrayList<>(List.of("verilator", "--cc", "--exe", "--build", "-O3"));
    verilate.addAll(WAIVED);
    verilate.addAll(List.of("--top-module", "Board", "-CFLAGS", "-O1", "--Mdir", "obj"));
    verilate.addAll(List.of("board.v", MEMORY, BENCH));
    run(work, "verilate.log", verilate.toArray(String[]::new));
    process =
        new ProcessBuilder(work.resolve("obj/VBoard").toString())
            .redirectError(work.resolve("run.log").toFile())
            .start();
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    line = Path.of(said.readLine());
  }

  /**
   * The decoder declares ports in the module's head, and once more as nets: together that is no
   * Verilog. Declared in the old way they may be nets as well.
   */
  private static String withOldPorts(String netlist) {
    Matcher head = HEAD.matcher(netlist);
    if (!head.find()) {
      throw new AssertionError("no module Board with ports");
    }
    String ports = head.group(1);
    String names = ports.replaceAll("\\b(input|output) ", "");
    String declared = ports.replace(",", ";") + ";";
    return head.replaceFirst("module Board (" + names + "); " + declared);
  }

  private static void run(Path work, String output, String... command)
      throws IOException, InterruptedException {
    Path log = work.resolve(output);
    Process process =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new AssertionError(Arrays.toString(command) + ": " + Files.readString(log));
    }
  }

  /** Its serial line. */
  Path line() {
    return line;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
