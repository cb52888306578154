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
import org.weft.bitstream.step.Tools;

/**
 * A bitstream, decoded to the netlist that it is, and simulated behind a pseudo-terminal: what a
 * board would do with it.
 */
final class DecodedBoard implements AutoCloseable {
  /** Of the decoder's netlist: nets in no order, names that it makes up, ports it leaves open. */
  private static final List<String> WAIVED =
      List.of("-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-UNOPTFLAT", "-Wno-MULTIDRIVEN");

  private final Process process;
  private final Path line;

  /** Of the packed bitstream in a folder. */
  DecodedBoard(Path folder, Path work) throws IOException, InterruptedException {
    Files.createDirectories(work);
    run(work, "unpack.log", "iceunpack", folder.resolve("board.bin").toString(), "board.asc");
    String pins = folder.resolve("board.pcf").toString();
    run(work, "board.v", "icebox_vlog", "-n", "Board", "-p", pins, "board.asc");
    try (InputStream bench = DecodedBoard.class.getResourceAsStream("serial.cpp")) {
      Files.write(work.resolve("serial.cpp"), bench.readAllBytes());
    }
    List<String> verilate =
        new ArrayList<>(List.of("verilator", "--cc", "--exe", "--build", "-O3"));
    verilate.addAll(WAIVED);
    verilate.addAll(List.of("--top-module", "Board", "-CFLAGS", "-O1", "--Mdir", "obj"));
    verilate.addAll(List.of("board.v", cells(), "serial.cpp"));
    run(work, "verilate.log", verilate.toArray(String[]::new));
    process =
        new ProcessBuilder(work.resolve("obj/VBoard").toString())
            .redirectError(work.resolve("run.log").toFile())
            .start();
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    line = Path.of(said.readLine());
  }

  /** Models of the FPGA's cells, as yosys has them: beside it, where its prefix has its data. */
  private static String cells() {
    Path prefix = Tools.ofSystem().find("yosys").getParent().getParent();
    return prefix.resolve("share/yosys/ice40/cells_sim.v").toString();
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
