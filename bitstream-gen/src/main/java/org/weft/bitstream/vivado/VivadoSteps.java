package org.weft.bitstream.vivado;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.bitstream.step.Command;
import org.weft.bitstream.step.Digest;
import org.weft.bitstream.step.Step;
import org.weft.bitstream.step.Tools;
import org.weft.hw.sim.Model;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;

/** The steps of {@link VivadoFlow}. */
final class VivadoSteps {
  /** What yosys counts in each block. */
  static final String COUNTS = "counts.txt";

  private static final String VIVADO = "vivado";
  private static final String PROJECT = "results/project.txt";
  private static final String SYNTHESISED = "results/synthesised.dcp";
  private static final String ROUTED = "results/routed.dcp";

  private final Card card;
  private final Tools tools;

  VivadoSteps(Card card, Tools tools) {
    this.card = card;
    this.tools = tools;
  }

  /**
   * The project's files.
   *
   * @param outputs their names
   */
  Step project(MachineSpec machine, ProgramImage image, ProjectFiles files, List<String> outputs) {
    StringBuilder does = new StringBuilder(card.name()).append('\n');
    does.append(MachineFile.print(machine));
    does.append(image == null ? "" : Digest.of(ImageFile.bytes(image)));
    for (byte[] part : Model.sources()) {
      does.append(Digest.of(part));
    }
    does.append(files.fingerprint());
    return new Step(
        "project",
        does.toString(),
        List.of(),
        outputs,
        (folder, part, log) -> {
          Files.writeString(log, "");
          for (Map.Entry<String, byte[]> file : files.make().entrySet()) {
            Files.createDirectories(folder.resolve(file.getKey()).getParent());
            Path path = part.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
            if (file.getKey().endsWith(".sh")) {
              path.toFile().setExecutable(true);
            }
          }
        });
  }

  /** Counts what each block takes. */
  Step count(List<String> sources, List<String> libraries, String top) {
    String script =
        (libraries.isEmpty() ? "" : "read_verilog -lib " + String.join(" ", libraries) + "; ")
            + "read_verilog "
            + String.join(" ", sources)
            + "; synth_xilinx -family "
            + (card.hasUltraRam() ? "xcup -uram" : "xc7")
            + " -noiopad -noclkbuf -top "
            + top
            + "; tee -q -o "
            + Command.PART
            + "/"
            + COUNTS
            + " stat";
    List<String> words = List.of("yosys", "-q", "-p", script);
    List<String> inputs = new ArrayList<>(sources);
    inputs.addAll(libraries);
    return new Step(
        "count",
        String.join("\n", words) + tools.version("yosys", "-V"),
        inputs,
        List.of(COUNTS),
        new Command(tools, words));
  }

  /**
   * Vivado's steps, one after the other.
   *
   * @param shell the shell's checkout
   * @param project the project's files
   */
  List<Step> build(Path shell, List<String> project) throws IOException {
    String does = tools.version(VIVADO, "-version") + "\n" + shell + "\n" + state(shell);
    return List.of(
        vivado("create_project", does, project, List.of(PROJECT), shell),
        vivado(
            "synthesise",
            does,
            and(project, PROJECT),
            List.of(
                SYNTHESISED,
                "results/synthesised_utilization.rpt",
                "results/synthesised_blocks.rpt"),
            shell),
        vivado(
            "implement",
            does,
            and(project, SYNTHESISED),
            List.of(
                ROUTED,
                "results/routed_utilization.rpt",
                "results/routed_blocks.rpt",
                "results/timing.rpt"),
            shell),
        vivado(
            "write_bitstream",
            does,
            and(project, ROUTED),
            List.of(Project.BITSTREAM, "results/weft.mcs"),
            shell));
  }

  /**
   * Vivado's own files say nothing of what they were made from: all steps look at the project's.
   */
  private static List<String> and(List<String> project, String made) {
    List<String> inputs = new ArrayList<>(project);
    inputs.add(made);
    return inputs;
  }

  /** What the project takes from the checkout by name. */
  private String state(Path shell) throws IOException {
    StringBuilder state = new StringBuilder();
    for (String name : card.shellFiles()) {
      state.append(name).append(' ').append(Digest.of(shell.resolve(name))).append('\n');
    }
    return state.toString();
  }

  private Step vivado(
      String name, String does, List<String> inputs, List<String> outputs, Path shell) {
    Command command =
        new Command(
            tools,
            List.of(
                VIVADO,
                "-mode",
                "batch",
                "-nojournal",
                "-nolog",
                "-source",
                "tcl/" + name + ".tcl",
                "-tclargs",
                shell.toString(),
                VIVADO,
                Command.PART + "/results"));
    return new Step(
        name,
        name + "\n" + does,
        inputs,
        outputs,
        (folder, part, log) -> {
          Files.createDirectories(folder.resolve("results"));
          command.run(folder, part, log);
        });
  }

  /** A text of this room. */
  static String resource(String name) {
    try (InputStream in = VivadoSteps.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
