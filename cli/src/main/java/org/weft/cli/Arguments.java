package org.weft.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.HelpFormatter;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.isa.InputException;
import org.weft.sim.network.Network;
import org.weft.sim.network.NetworkFile;

/** The arguments of one command, parsed. */
final class Arguments {
  /** The option that says how far the memory behind the memory port is. */
  static final String MEMORY_LATENCY = "memory-latency";

  private static final int HELP_COLUMNS = 100;

  /** Options that may be given more than once. */
  private static final List<String> OFTEN = List.of("map", Input.ENTRIES, "skip-pass", "sweep");

  private final Options options;
  private final CommandLine line;

  Arguments(Options options, String... args) throws ParseException {
    options.addOption(Option.builder("h").longOpt("help").desc("print this").build());
    this.options = options;
    line = DefaultParser.builder().setAllowPartialMatching(false).build().parse(options, args);
    for (Option option : line.getOptions()) {
      String name = option.getLongOpt();
      if (!OFTEN.contains(name) && option.hasArg() && all(name).length > 1) {
        throw new InputException("--" + name + " is given twice");
      }
    }
  }

  static Option value(String shortName, String longName, String argument, String description) {
    return Option.builder(shortName)
        .longOpt(longName)
        .hasArg()
        .argName(argument)
        .desc(description)
        .build();
  }

  static Option flag(String longName, String description) {
    return Option.builder().longOpt(longName).desc(description).build();
  }

  /** Options that every command which runs packets has. */
  static Options forPackets() {
    Options options = new Options();
    options.addOption(value("p", "program", "NAME", "the program; the object's first by default"));
    options.addOption(
        value(
            "m", "machine", "MACHINE", "tiny, hxdp, nic100 or a machine file; nic100 by default"));
    options.addOption(
        value(null, "pcap", "IN", "the trace, pcap or pcapng; - reads standard input"));
    options.addOption(value(null, "seed", "N", "seed of bpf_get_prandom_u32; 0 by default"));
    addMemoryLatency(options);
    addEntries(options);
    addTrace(options);
    return options;
  }

  /** Adds the option that says how far the memory behind the memory port is. */
  static void addMemoryLatency(Options options) {
    options.addOption(
        value(
            null,
            MEMORY_LATENCY,
            "N",
            "clocks that the memory of large maps takes in engine sim; 100 by default"));
  }

  /** Adds the option that says how many entries maps have. */
  static void addEntries(Options options) {
    options.addOption(
        value(
            null,
            Input.ENTRIES,
            "NAME:N",
            "a map's number of entries, in place of the object's; may be given often"));
  }

  /** Options that say what programs see of packets, but {@code seed}, which differs. */
  static final List<String> TRACE_ONLY = List.of("ifindex", "queue", "cpu", "time", "limit");

  /** The option that says where routes are. */
  static final String FIB = "fib";

  /** Adds the option that says where interfaces, routes and neighbours are. */
  static void addFib(Options options) {
    options.addOption(
        value(
            null,
            FIB,
            "FILE",
            "interfaces, routes and neighbours (lines of link, route, neigh, rule) for"
                + " bpf_fib_lookup and bpf_check_mtu"));
  }

  /** The network that was asked for; without one a system without routes. */
  Network network() {
    if (!has(FIB)) {
      return Network.NONE;
    }
    Path file = path(text(FIB, ""));
    try {
      return NetworkFile.read(file);
    } catch (IOException e) {
      throw new InputException("--fib " + file + ": cannot be read; give a text file", e);
    }
  }

  /** Adds these and {@code --map}. */
  static void addTrace(Options options) {
    addFib(options);
    options.addOption(
        value(
            null,
            "map",
            "NAME:KEYHEX:VALUE",
            "set a map entry first; VALUE is hex, or the name of an inner map or program;"
                + " may be given often; read-only data (.rodata) are compiled in"));
    options.addOption(
        value(null, "ifindex", "N", "interface that packets come in on; 1 by default"));
    options.addOption(value(null, "queue", "N", "receive queue; 0 by default"));
    options.addOption(value(null, "cpu", "N", "logical CPU that runs the program; 0 by default"));
    options.addOption(
        value(null, "time", "NS", "time of all packets in ns, in place of the trace's"));
    options.addOption(value(null, "limit", "N", "stop after N packets of the trace"));
  }

  /** Whether help was asked for; if so it was printed. */
  boolean help(PrintStream out, String usage) {
    if (!line.hasOption("help")) {
      return false;
    }
    PrintWriter writer = new PrintWriter(out, false, StandardCharsets.UTF_8);
    new HelpFormatter().printHelp(writer, HELP_COLUMNS, "weft " + usage, null, options, 2, 2, null);
    writer.flush();
    return true;
  }

  boolean has(String option) {
    return line.hasOption(option);
  }

  String text(String option, String otherwise) {
    return line.getOptionValue(option, otherwise);
  }

  /** The entries that {@code --map} names. */
  List<MapArgument> maps() {
    return Arrays.stream(all("map")).map(MapArgument::parse).toList();
  }

  String[] all(String option) {
    String[] values = line.getOptionValues(option);
    return values == null ? new String[0] : values;
  }

  int number(String option, int otherwise, int least, int most) {
    return (int) longNumber(option, otherwise, least, most);
  }

  long longNumber(String option, long otherwise, long least, long most) {
    String text = line.getOptionValue(option);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same error.
    }
    throw new InputException(
        "--" + option + " " + text + ": give a number from " + least + " to " + most);
  }

  /** The only positional argument. */
  Path file(String what) {
    List<String> files = line.getArgList();
    if (files.size() != 1) {
      throw new InputException(
          files.isEmpty()
              ? "no file given; give " + what
              : "one file at a time, not " + String.join(" ", files));
    }
    return path(files.get(0));
  }

  List<String> positional() {
    return line.getArgList();
  }

  /** The file for the hardware's signals, or null; what sim does may go beside it. */
  Path fst() {
    String file = text("wave", null);
    if (file != null && !file.endsWith(".fst")) {
      throw new InputException("--wave " + file + ": signals of the hardware go to a file .fst");
    }
    return file == null ? null : path(file);
  }

  /**
   * Checks before anything is written that no two of these options, the first of which is read,
   * name one file, nor one that is read anyhow.
   */
  void checkFiles(List<String> read, String readOption, String... writtenOptions) {
    Map<Path, String> names = new HashMap<>();
    read.forEach(file -> names.put(real(path(file)), "what is read"));
    if (has(FIB)) {
      names.put(real(path(text(FIB, ""))), "--" + FIB);
    }
    if (has(readOption)) {
      names.put(real(path(text(readOption, ""))), "--" + readOption);
    }
    for (String option : writtenOptions) {
      if (has(option)) {
        Path file = path(text(option, ""));
        if (text(option, "").isEmpty() || text(option, "").equals("-")) {
          throw new InputException("--" + option + ": give a file's name");
        }
        String other = names.put(real(file), "--" + option);
        if (other != null) {
          throw new InputException(
              "--" + option + " " + file + ": the same file as " + other + "; give another");
        }
      }
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      // It does not exist yet.
      return path.toAbsolutePath().normalize();
    }
  }

  static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException("not a file name: " + text, e);
    }
  }
}
