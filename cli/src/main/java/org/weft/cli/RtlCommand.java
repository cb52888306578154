package org.weft.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.hw.output.RtlFiles;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.WholeDirectory;
import org.weft.isa.control.RegisterWrite;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.machine.OutsideMemory;
import org.weft.isa.row.RowParser;
import org.weft.sim.network.Network;
import org.weft.sim.nic.LoadedProgram;

/** {@code weft rtl}: a machine's Verilog, its description, and a test bench, as a directory. */
final class RtlCommand {
  private static final String MEMORY = "memory-kbytes";
  private static final String ENTRIES = "memory-entries";
  private static final int MOST_ENTRIES = 1 << 22;
  private static final int LEAST_MEMORY = 4;
  private static final int MOST_MEMORY = 1 << 24;

  private final PrintStream out;

  RtlCommand(PrintStream out) {
    this.out = out;
  }

  int run(String... args) throws ParseException {
    Options options = new Options();
    options.addOption(
        Arguments.value(
            "m", "machine", "MACHINE", "tiny, hxdp, nic100 or a machine file; nic100 by default"));
    options.addOption(
        Arguments.value(
            "o", "output", "DIR", "the directory, which does not exist yet or is empty"));
    options.addOption(
        Arguments.value(
            null,
            MEMORY,
            "N",
            "KiB behind a memory port for maps that do not fit map memory, a power of two of "
                + LEAST_MEMORY
                + " to "
                + MOST_MEMORY
                + "; without it there is no such port"));
    options.addOption(
        Arguments.value(
            null,
            ENTRIES,
            "N",
            "entries of tables whose keys lie there, a multiple of 32 to "
                + MOST_ENTRIES
                + "; without it there are no such tables"));
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "rtl -m MACHINE -o DIR [IMAGE]")) {
      return 0;
    }
    if (!arguments.has("output")) {
      throw new InputException("rtl: give a directory with -o");
    }
    Path directory = Arguments.path(arguments.text("output", ""));
    WholeDirectory.check(directory);
    OutsideMemory memory =
        new OutsideMemory(
            (int) arguments.longNumber(MEMORY, 0, LEAST_MEMORY, MOST_MEMORY),
            (int) arguments.longNumber(ENTRIES, 0, 0, MOST_ENTRIES));
    if (memory.entries() > 0 && memory.kbytes() == 0) {
      throw new InputException("--" + ENTRIES + " is for a NIC with --" + MEMORY);
    }
    MachineSpec machine = Input.machine(arguments.text("machine", "nic100"));
    ProgramImage image =
        arguments.positional().isEmpty()
            ? passing(machine)
            : given(arguments.file("an image"), machine);
    Map<String, byte[]> files = RtlFiles.of(machine, memory, writes(image, memory));
    WholeDirectory.write(directory, files);
    files.forEach((name, bytes) -> out.println(directory.resolve(name)));
    return 0;
  }

  /** What the test bench writes to registers. */
  private static List<RegisterWrite> writes(ProgramImage image, OutsideMemory memory) {
    return image.maps().isEmpty()
        ? LoadedProgram.writes(image)
        : NicProgram.writes(image, Network.NONE, memory);
  }

  /** What the test bench runs if nothing is given: all packets go to the host. */
  private static ProgramImage passing(MachineSpec machine) {
    return new ProgramImage(
        machine,
        RowParser.parse("exit PASS"),
        List.of(),
        List.of(new ProgramImage.Entry("pass", 0)),
        List.of());
  }

  private static ProgramImage given(Path file, MachineSpec machine) {
    ProgramImage image = Input.read(file).image();
    if (image == null) {
      throw new InputException(file + ": no image; weft compile -o makes one");
    } else if (!image.machine().equals(machine)) {
      throw new RefusedException(
          file + ": made for machine " + image.machine().name() + ", not " + machine.name());
    }
    return image;
  }
}
