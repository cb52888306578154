package org.weft.bitstream.ice40;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.IntFunction;
import org.weft.bitstream.Board;
import org.weft.bitstream.step.Command;
import org.weft.bitstream.step.Digest;
import org.weft.bitstream.step.Step;
import org.weft.bitstream.step.Steps;
import org.weft.bitstream.step.Tools;
import org.weft.hw.board.BoardVerilog;
import org.weft.hw.sim.Model;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;

/** The steps of {@link Ice40Flow}. */
final class Ice40Steps {
  static final List<String> TOOLS = List.of("yosys", "nextpnr-ice40", "icepack");

  /** The block that all others are in. */
  static final String TOP = "Board";

  static final String COUNTS = "counts.txt";
  static final String BLOCKS = "blocks.txt";
  static final String PLACEMENT_REPORT = "report.json";
  private static final String SOURCE = "board.v";
  private static final String PINS = "board.pcf";
  private static final String NETLIST = "board.json";
  private static final String PLACED = "board.asc";
  private static final String BITSTREAM = "board.bin";
  static final String SEED = "seed";

  /** Of the breakout board: its oscillator, and the serial line of its USB chip. */
  private static final String PIN_TEXT = "set_io clk J3\nset_io rx B10\nset_io tx B12\n";

  /** Of the serial line: 1 Mbit/s at 12 MHz. */
  private static final int CLOCKS_PER_BIT = 12;

  private final Tools tools;
  private final Steps.Watcher watcher;

  Ice40Steps(Tools tools, Steps.Watcher watcher) {
    this.tools = tools;
    this.watcher = watcher;
  }

  /** What the tools are. */
  List<String> versions() {
    return List.of(
        tools.version("yosys", "-V"),
        tools.version("nextpnr-ice40", "-V"),
        tools.digest("icepack"));
  }

  /** The hardware, with the program in its memories. */
  Step elaborate(ProgramImage image) {
    StringBuilder does = new StringBuilder(PIN_TEXT + CLOCKS_PER_BIT);
    does.append(MachineFile.print(image.machine())).append(Digest.of(ImageFile.bytes(image)));
    for (byte[] part : Model.sources()) {
      does.append(Digest.of(part));
    }
    return new Step(
        "elaborate",
        does.toString(),
        List.of(),
        List.of(SOURCE, PINS),
        (in, part, log) -> {
          Path raw = part.resolve("raw");
          BoardVerilog.ice40(image, CLOCKS_PER_BIT, raw);
          Files.copy(raw.resolve("elaboration.log"), log, StandardCopyOption.REPLACE_EXISTING);
          Files.writeString(part.resolve(SOURCE), withChosenMemories(raw.resolve("Board.v")));
          Files.writeString(part.resolve(PINS), PIN_TEXT);
        });
  }

  /** Its memories as the synthesiser chooses: tables of this FPGA are no memory. */
  private static String withChosenMemories(Path source) throws IOException {
    return Files.readString(source).replace("(* ram_style = \"distributed\" *) ", "");
  }

  /** As one: what is placed. */
  Step synthesise() {
    String script =
        "read_verilog %s; synth_ice40 -top %s; tee -q -o %s/%s stat; write_json %s/%s"
            .formatted(SOURCE, TOP, Command.PART, COUNTS, Command.PART, NETLIST);
    return command(
        "synthesise",
        List.of(SOURCE),
        List.of(NETLIST, COUNTS),
        List.of("yosys", "-q", "-p", script));
  }

  /** Each block for itself: only to be counted. */
  Step count() {
    String script =
        "read_verilog %s; synth_ice40 -top %s -noflatten; tee -q -o %s/%s stat"
            .formatted(SOURCE, TOP, Command.PART, BLOCKS);
    return command("count", List.of(SOURCE), List.of(BLOCKS), List.of("yosys", "-q", "-p", script));
  }

  /** Beginning with a seed; the one that led to an end is an output, too. */
  Step place(Board board, int seed) {
    IntFunction<List<String>> words =
        next ->
            List.of(
                "nextpnr-ice40",
                "--hx8k",
                "--package",
                "ct256",
                "--json",
                NETLIST,
                "--pcf",
                PINS,
                "--freq",
                String.valueOf(board.clockKhz() / 1000),
                "--timing-allow-fail",
                "--seed",
                String.valueOf(next),
                "--asc",
                Command.PART + "/" + PLACED,
                "--report",
                Command.PART + "/" + PLACEMENT_REPORT);
    return step(
        "place",
        List.of(NETLIST, PINS),
        List.of(PLACED, PLACEMENT_REPORT, SEED),
        words.apply(seed),
        new Placement(tools, words, seed, SEED, watcher));
  }

  Step pack() {
    return command(
        "pack",
        List.of(PLACED),
        List.of(BITSTREAM),
        List.of("icepack", PLACED, Command.PART + "/" + BITSTREAM));
  }

  private Step command(String name, List<String> in, List<String> out, List<String> words) {
    return step(name, in, out, words, new Command(tools, words));
  }

  private Step step(
      String name, List<String> in, List<String> out, List<String> words, Step.Work work) {
    return new Step(
        name,
        String.join("\n", words) + "\n" + String.join("\n", versions()),
        in,
        out,
        (folder, part, log) -> {
          work.run(folder, part, log);
          for (String output : out) {
            Endings.require(part.resolve(output));
          }
        });
  }
}
