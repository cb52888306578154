package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.bitstream.Board;
import org.weft.bitstream.Resources;
import org.weft.bitstream.step.Tools;
import org.weft.bitstream.vivado.Card;
import org.weft.bitstream.vivado.Project;
import org.weft.bitstream.vivado.Shell;
import org.weft.bitstream.vivado.VivadoFlow;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.machine.OutsideMemory;
import org.weft.sim.nic.LoadedProgram;

/** {@code weft bitstream} for boards whose bitstreams Vivado builds. */
final class ProjectCommand {
  private final PrintStream out;
  private final PrintStream err;

  ProjectCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  int run(Arguments arguments, Board board, Path folder) throws IOException {
    if (arguments.has("seed")) {
      throw new InputException("--seed: Vivado has its own; leave it away");
    }
    String name = arguments.text("shell", null);
    Card card = Card.of(board, name == null ? null : Shell.of(name));
    String checkout = arguments.text("shell-dir", null);
    Path shell = checkout == null ? null : Arguments.path(checkout);
    MachineSpec machine = Input.machine(arguments.text("machine", board.preset()));
    if (arguments.positional().isEmpty()) {
      return run(arguments, card, machine, null, List.of(), shell, folder);
    }
    Input input = Input.read(arguments, "an object or image");
    ProgramImage image = input.image(machine, arguments.text("program", null));
    List<RegisterWrite> load = load(input, image, arguments, card);
    try {
      return run(arguments, card, machine, image, load, shell, folder);
    } catch (RefusedException e) {
      throw new RefusedException(input.file() + ": " + e.getMessage());
    }
  }

  /** What a host writes; shells give the NIC no memory for maps that do not fit its own. */
  private static List<RegisterWrite> load(
      Input input, ProgramImage image, Arguments arguments, Card card) {
    try {
      return NicProgram.writes(image, arguments.network(), OutsideMemory.NONE);
    } catch (RefusedException e) {
      throw new RefusedException(
          "%s: on board %s with shell %s: %s"
              .formatted(input.file(), card.board().text(), card.shell().text(), e.getMessage()));
    }
  }

  private int run(
      Arguments arguments,
      Card card,
      MachineSpec machine,
      ProgramImage image,
      List<RegisterWrite> load,
      Path shell,
      Path folder)
      throws IOException {
    // What has no maps can be there from the beginning.
    boolean waits = image == null || !image.maps().isEmpty();
    List<RegisterWrite> rows = waits ? List.of() : LoadedProgram.writes(image);
    try (StepProgress progress = new StepProgress(err)) {
      VivadoFlow flow =
          new VivadoFlow(
              card, machine, image, rows, load, shell, Tools.ofSystem(), folder, progress);
      if (arguments.has("fit")) {
        return new FitListing(out, err).print(flow.fit(), machine);
      }
      Project project = flow.run(!arguments.has("no-fit"));
      if (arguments.has("json")) {
        out.print(project.json());
      } else {
        print(project, folder);
      }
      return 0;
    }
  }

  private void print(Project project, Path folder) {
    Resources available = project.card().board().device().capacity();
    out.printf(
        Locale.ROOT,
        "%s: a project for %s in %s, machine %s%s%n",
        folder,
        project.card().board().text(),
        project.card().shell().text(),
        project.machine().name(),
        project.image() == null
            ? ", without a program"
            : ", with program " + project.image().entries().get(0).program());
    if (project.used() == null) {
      out.println("whether it fits was not looked at (--no-fit)");
    } else {
      out.println(
          listed(project.used().counts(), available.counts())
              + " (yosys's counts, without the shell)");
    }
    out.println(
        project.missing() == null
            ? folder.resolve(Project.BITSTREAM).toString()
            : "no bitstream was built: "
                + project.missing()
                + "; "
                + folder.resolve("README.md")
                + " says how");
  }

  private static String listed(List<Integer> used, List<Integer> available) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < Resources.NAMES.size(); i++) {
      String of = used.get(i) + " of " + available.get(i);
      parts.add(of + " " + Resources.NAMES.get(i));
    }
    return String.join(", ", parts);
  }
}
