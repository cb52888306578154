package org.weft.bitstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.weft.bitstream.step.Command;
import org.weft.bitstream.step.Digest;
import org.weft.bitstream.step.Step;
import org.weft.bitstream.step.Steps;
import org.weft.bitstream.step.Tools;
import org.weft.hw.board.BoardVerilog;
import org.weft.hw.sim.Model;
import org.weft.isa.WholeFile;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/**
 * From a machine and a program to a bitstream: elaborate, synthesise, place and route, pack. See
 * docs/bitstream.md.
 */
public final class Ice40Flow {
  private static final String SOURCE = "board.v";
  private static final String NETLIST = "board.json";
  private static final String PLACED = "board.asc";
  private static final String REPORT = "report.json";
  private static final String COUNTS = "counts.txt";
  private static final String BLOCKS = "blocks.txt";

  /** The finished bitstream. */
  public static final String BITSTREAM = "board.bin";

  /** Is there when all else is. */
  public static final String MANIFEST = "manifest.json";

  private final Board board;
  private final MachineSpec machine;
  private final ProgramImage image;
  private final int seed;
  private final Tools tools;
  private final Path folder;
  private final Steps steps;

  /**
   * A flow into a folder.
   *
   * @param image the program that the board starts with
   * @param seed where placement begins
   * @throws org.weft.isa.RefusedException when the board cannot be the machine, or execute a row
   * @throws org.weft.isa.InputException when a tool is missing
   */
  public Ice40Flow(
      Board board,
      MachineSpec machine,
      ProgramImage image,
      int seed,
      Tools tools,
      Path folder,
      Steps.Watcher watcher) {
    BoardUnits.refuse(board, machine);
    BoardUnits.refuse(board, image);
    List.of("yosys", "nextpnr-ice40", "icepack").forEach(tools::find);
    this.board = board;
    this.machine = machine;
    this.image = image;
    this.seed = seed;
    this.tools = tools;
    this.folder = folder.toAbsolutePath();
    this.steps = new Steps(this.folder, watcher);
  }

  private Step elaborate() throws IOException {
    StringBuilder does = new StringBuilder(board.pins() + board.clocksPerBit());
    does.append(MachineFile.print(machine)).append(Digest.of(bytes()));
    for (byte[] part : Model.sources()) {
      does.append(Digest.of(part));
    }
    return new Step(
        "elaborate",
        does.toString(),
        List.of(),
        List.of(SOURCE, "board.pcf"),
        (in, part, log) -> {
          Path raw = part.resolve("raw");
          BoardVerilog.ice40(machine, image, board.clocksPerBit(), raw);
          Files.copy(raw.resolve("elaboration.log"), log, StandardCopyOption.REPLACE_EXISTING);
          Files.writeString(part.resolve(SOURCE), whole(raw));
          Files.writeString(part.resolve("board.pcf"), board.pins());
        });
  }

  private byte[] bytes() {
    return ImageFile.bytes(image);
  }

  /** Its memories as the synthesiser chooses: tables of this FPGA are no memory. */
  private static String whole(Path raw) throws IOException {
    return Files.readString(raw.resolve("Board.v"))
        .replace("(* ram_style = \"distributed\" *) ", "");
  }

  private Step command(String name, List<String> in, List<String> out, String... words) {
    return new Step(
        name,
        String.join("\n", words)
            + "\n"
            + tools.version("yosys", "-V")
            + tools.version("nextpnr-ice40", "-V"),
        in,
        out,
        new Command(tools, List.of(words)));
  }

  /**
   * Counts tables, flip-flops and memories of each block, and of all.
   *
   * @return by name of the block, without blocks inside it
   */
  public Map<String, Usage> fit() throws IOException {
    steps.run(elaborate());
    String script =
        "read_verilog board.v; synth_ice40 -top Board -noflatten; tee -q -o %s/blocks.txt stat";
    steps.run(
        command(
            "count",
            List.of(SOURCE),
            List.of(BLOCKS),
            "yosys",
            "-q",
            "-p",
            script.formatted(Command.PART)));
    return Usage.blocks(Files.readString(folder.resolve(BLOCKS)));
  }

  /**
   * Makes the bitstream.
   *
   * @throws org.weft.isa.RefusedException when it does not fit, or is too slow
   */
  public Manifest run() throws IOException {
    List<Step> all = new ArrayList<>();
    all.add(elaborate());
    all.add(
        command(
            "synthesise",
            List.of(SOURCE),
            List.of(NETLIST, COUNTS),
            "yosys",
            "-q",
            "-p",
            "read_verilog board.v; synth_ice40 -top Board; tee -q -o %s/counts.txt stat; write_json %s/board.json"
                .formatted(Command.PART, Command.PART)));
    all.add(
        command(
            "place",
            List.of(NETLIST, "board.pcf"),
            List.of(PLACED, REPORT),
            "nextpnr-ice40",
            "--hx8k",
            "--package",
            "ct256",
            "--json",
            NETLIST,
            "--pcf",
            "board.pcf",
            "--freq",
            String.valueOf(board.clockKhz() / 1000),
            "--timing-allow-fail",
            "--seed",
            String.valueOf(seed),
            "--asc",
            Command.PART + "/" + PLACED,
            "--report",
            Command.PART + "/" + REPORT));
    all.add(
        command(
            "pack",
            List.of(PLACED),
            List.of(BITSTREAM),
            "icepack",
            PLACED,
            Command.PART + "/" + BITSTREAM));
    if (isStale(all)) {
      Files.deleteIfExists(folder.resolve(MANIFEST));
    }
    Usage usage = null;
    Placed placed = null;
    for (Step step : all) {
      steps.run(step);
      if (step.name().equals("synthesise")) {
        usage = Usage.blocks(Files.readString(folder.resolve(COUNTS))).get("Board");
        usage.requireFit(board, machine.name());
      } else if (step.name().equals("place")) {
        placed = Placed.of(Files.readString(folder.resolve(REPORT)));
        placed.requireTiming(board);
      }
    }
    Manifest manifest =
        new Manifest(
            board,
            machine,
            image,
            seed,
            usage,
            placed,
            List.of(tools.version("yosys", "-V"), tools.version("nextpnr-ice40", "-V")),
            digests(List.of(SOURCE, PLACED, BITSTREAM)));
    WholeFile.write(folder.resolve(MANIFEST), manifest.json().getBytes(StandardCharsets.UTF_8));
    return manifest;
  }

  private boolean isStale(List<Step> all) {
    try (Stream<Step> steps = all.stream()) {
      return steps.anyMatch(this.steps::isStale);
    }
  }

  private Map<String, String> digests(List<String> files) throws IOException {
    Map<String, String> digests = new java.util.TreeMap<>();
    for (String file : files) {
      digests.put(file, Digest.of(folder.resolve(file)));
    }
    return digests;
  }
}
