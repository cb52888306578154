package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.bitstream.Board;
import org.weft.bitstream.Ice40Flow;
import org.weft.bitstream.Manifest;
import org.weft.bitstream.Usage;
import org.weft.bitstream.step.Tools;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.object.Program;
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
    options.addOption(Arguments.value(null, "board", "BOARD", "the board: ice40-hx8k"));
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
    Arguments.addEntries(options);
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "bitstream --board BOARD PROG.o|IMAGE -o DIR [options]")) {
      return 0;
    }
    Board board = Board.of(required(arguments, "board"));
    Path folder = Arguments.path(required(arguments, "output"));
    Input input = Input.read(arguments, "an object or image");
    MachineSpec machine = Input.machine(arguments.text("machine", board.preset()));
    ProgramImage image = image(arguments, input, machine);
    int seed = (int) arguments.longNumber("seed", 1, 0, MOST_SEED);
    try {
      Ice40Flow flow =
          new Ice40Flow(board, machine, image, seed, Tools.ofSystem(), folder, this::progress);
      if (arguments.has("fit")) {
        fit(flow.fit(), board, image);
      } else {
        print(flow.run(), folder, arguments.has("json"));
      }
    } catch (RefusedException e) {
      throw new RefusedException(input.file() + ": " + e.getMessage());
    }
    return 0;
  }

  private static String required(Arguments arguments, String option) {
    String text = arguments.text(option, null);
    if (text == null) {
      throw new InputException("weft bitstream needs --" + option);
    }
    return text;
  }

  private static ProgramImage image(Arguments arguments, Input input, MachineSpec machine) {
    if (input.image() != null) {
      if (!input.image().machine().equals(machine)) {
        throw new RefusedException(
            input.file()
                + ": the image is for machine "
                + input.image().machine().name()
                + ", not "
                + machine.name()
                + ": compile the program for it");
      }
      return input.image();
    }
    Program program = input.requireObject().program(arguments.text("program", null));
    try {
      return Compiler.compile(input.object(), program, machine, CompilerOptions.DEFAULT).image();
    } catch (RefusedException e) {
      throw new RefusedException(input.file() + ": " + e.getMessage());
    }
  }

  private void progress(String step, boolean isDone) {
    if (Boolean.getBoolean("weft.terminal")) {
      err.println("weft: " + step + (isDone ? ": unchanged" : " ..."));
    }
  }

  private void fit(Map<String, Usage> blocks, Board board, ProgramImage image) {
    out.printf(
        Locale.ROOT, "%-24s %8s %10s %14s%n", "block", "tables", "flip-flops", "block memories");
    int tables = 0;
    int flipFlops = 0;
    int memories = 0;
    for (Map.Entry<String, Usage> block : blocks.entrySet()) {
      Usage usage = block.getValue();
      line(block.getKey(), usage.tables(), usage.flipFlops(), usage.memories());
      tables += usage.tables();
      flipFlops += usage.flipFlops();
      memories += usage.memories();
    }
    line("all", tables, flipFlops, memories);
    line("board has", board.cells(), board.cells(), board.memories());
    out.printf(
        Locale.ROOT,
        "rows: %d of %d; maps: %d%n",
        image.rows().size(),
        image.machine().rows(),
        image.maps().size());
  }

  private void line(String name, int tables, int flipFlops, int memories) {
    out.printf(Locale.ROOT, "%-24s %8d %10d %14d%n", name, tables, flipFlops, memories);
  }

  private void print(Manifest manifest, Path folder, boolean json) throws IOException {
    Path file = folder.resolve(Ice40Flow.MANIFEST);
    if (json) {
      out.print(Files.readString(file, StandardCharsets.UTF_8));
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s: %d of %d cells, %d of %d block memories, at most %.2f MHz where %.2f are needed%n",
        folder.resolve(Ice40Flow.BITSTREAM),
        manifest.placed().cells(),
        manifest.board().cells(),
        manifest.placed().memories(),
        manifest.board().memories(),
        manifest.placed().mhz(),
        manifest.board().clockKhz() / 1e3);
  }
}
