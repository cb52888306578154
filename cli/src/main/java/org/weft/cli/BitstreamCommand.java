package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.bitstream.Board;
import org.weft.bitstream.Flow;
import org.weft.bitstream.Manifest;
import org.weft.bitstream.Resources;
import org.weft.bitstream.ice40.Ice40Flow;
import org.weft.bitstream.step.Tools;
import org.weft.bitstream.vivado.Card;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;

/** {@code weft bitstream}: a machine, and a program that it starts with, to a bitstream. */
final class BitstreamCommand {
  private static final int MOST_SEED = 1 << 30;

  private final PrintStream out;
  private final PrintStream err;

  BitstreamCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = new Options();
    options.addOption(Arguments.value(null, "board", "BOARD", "the board: " + Board.names()));
    options.addOption(
        Arguments.value(
            "m", "machine", "MACHINE", "a preset or machine file; the board's by default"));
    options.addOption(
        Arguments.value("p", "program", "NAME", "the program; the object's first by default"));
    options.addOption(Arguments.value("o", "output", "DIR", "where all is written"));
    options.addOption(Arguments.value(null, "seed", "N", "where placement begins; 1 by default"));
    options.addOption(
        Arguments.flag("fit", "only count what each block takes, and compare with the board"));
    options.addOption(Arguments.flag("json", "print the manifest"));
    options.addOption(
        Arguments.flag(
            "no-fit", "for boards with Vivado: do not count with yosys, which takes minutes"));
    options.addOption(
        Arguments.value(
            null,
            "shell",
            "SHELL",
            "corundum or opennic, for boards with Vivado; the board's first one by default"));
    options.addOption(
        Arguments.value(
            null,
            "shell-dir",
            "DIR",
            "a checkout of the shell: where Vivado is on PATH, the bitstream is built with it"));
    Arguments.addEntries(options);
    Arguments.addFib(options);
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "bitstream --board BOARD [PROG.o|IMAGE] -o DIR [options]")) {
      return 0;
    }
    Board board = Board.of(required(arguments, "board"));
    Path folder = Arguments.path(required(arguments, "output"));
    if (arguments.has("fit") && arguments.has("no-fit")) {
      throw new InputException("--fit and --no-fit: one counts only, the other does not count");
    }
    if (Card.has(board)) {
      return new ProjectCommand(out, err).run(arguments, board, folder);
    }
    for (String option : List.of("shell", "shell-dir", "no-fit")) {
      if (arguments.has(option)) {
        throw new InputException("--" + option + " is not for board " + board.text());
      }
    }
    Input input = Input.read(arguments, "an object or image");
    MachineSpec machine = Input.machine(arguments.text("machine", board.preset()));
    ProgramImage image = input.image(machine, arguments.text("program", null));
    int seed = (int) arguments.longNumber("seed", 1, 0, MOST_SEED);
    try (StepProgress progress = new StepProgress(err)) {
      Flow flow = new Ice40Flow(board, image, seed, Tools.ofSystem(), folder, progress);
      return arguments.has("fit")
          ? new FitListing(out, err).print(flow.fit(), machine)
          : print(flow.run(), folder, arguments.has("json"));
    } catch (RefusedException e) {
      throw new RefusedException(input.file() + ": " + e.getMessage());
    }
  }

  private static String required(Arguments arguments, String option) {
    String text = arguments.text(option, null);
    if (text == null) {
      throw new InputException("weft bitstream needs --" + option);
    }
    return text;
  }

  private int print(Manifest manifest, Path folder, boolean json) {
    if (json) {
      out.print(manifest.json());
      return 0;
    }
    Resources available = manifest.board().device().capacity();
    out.printf(
        Locale.ROOT,
        "%s: %d of %d cells, %d of %d block memories, at most %.2f MHz where %.2f are needed,"
            + " seed %d%n",
        folder.resolve("board.bin"),
        manifest.placed().cells(),
        available.luts(),
        manifest.used().brams(),
        available.brams(),
        manifest.placed().mhz(),
        manifest.board().clockKhz() / 1e3,
        manifest.seed());
    return 0;
  }
}
