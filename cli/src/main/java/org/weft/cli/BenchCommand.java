package org.weft.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.Program;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.network.Network;
import org.weft.sim.nic.Frame;
import org.weft.sim.nic.Frames;
import org.weft.sim.nic.Load;
import org.weft.sim.nic.Measurement;
import org.weft.sim.trace.TraceReader;
import org.weft.sim.trace.Traces;

/** {@code weft bench}: how many packets a machine does, and where its clocks go. */
final class BenchCommand {
  private static final String RUN = "weft run ";
  private static final int MAX_FLOWS = 1 << 20;
  private static final int MAX_FRAMES = 1 << 21;
  private static final int MOST_VARIANTS = 1000;

  /** What a sweep may change beside the machine. */
  private static final List<String> OTHERS = List.of("size", "flows", "load", "memory_latency");

  private final PrintStream out;
  private final PrintStream err;

  /** What was said beside the measurements, once. */
  private final Set<String> notes = new HashSet<>();

  BenchCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  private void note(String text) {
    if (notes.add(text)) {
      err.println("weft: note: " + Main.oneLine(text));
    }
  }

  /** Opens a trace; as often as wanted. */
  private interface Opener {
    TraceReader open() throws IOException;
  }

  /** A program with its packets and maps. */
  private record Job(
      String name,
      Input input,
      Program program,
      Opener trace,
      List<MapArgument> maps,
      Network network,
      int ifindex) {}

  /**
   * What packets a variant offers, and when.
   *
   * @param size bytes that they are cut or filled to; 0: as they are
   * @param latency clocks of the memory behind the memory port
   */
  private record Offered(Load load, int latency, int size, int flows) {
    static Offered of(Arguments arguments, Map<String, String> variant) {
      String size = setting(arguments, variant, "size", null);
      String latency = setting(arguments, variant, "memory_latency", "100");
      return new Offered(
          Load.parse(setting(arguments, variant, "load", "full")),
          number("memory latency", latency, 1, 10_000),
          size == null ? 0 : number("size", size, 14, 3520),
          number("flows", setting(arguments, variant, "flows", "1"), 1, MAX_FLOWS));
    }
  }

  int run(String... args) throws ParseException, IOException {
    Options options = options();
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "bench [PROG.o|IMAGE --pcap IN] [options]")) {
      return 0;
    }
    if (arguments.has("json") && arguments.has("csv")) {
      throw new InputException("--json and --csv are two forms of the same; give one");
    }
    List<Map<String, String>> variants = variants(arguments.all("sweep"));
    MachineSpec machine = Input.machine(arguments.text("machine", "nic100"));
    for (Map<String, String> variant : variants) {
      machine(machine, variant);
      Offered.of(arguments, variant);
    }
    BenchReport report =
        arguments.has("json")
            ? new BenchReport.Json(out)
            : arguments.has("csv") ? new BenchReport.Csv(out) : new BenchReport.Table(out);
    List<Job> jobs = arguments.has("cases") ? cases(arguments) : jobs(arguments);
    boolean isMeasured = false;
    for (Job job : jobs) {
      for (Map<String, String> variant : variants) {
        isMeasured |= one(arguments, job, machine, variant, report);
        out.flush();
      }
    }
    report.finish();
    return isMeasured ? 0 : 1;
  }

  private static Options options() {
    Options options = new Options();
    options.addOption(
        Arguments.value("p", "program", "NAME", "the program; the object's first by default"));
    options.addOption(
        Arguments.value(
            "m", "machine", "MACHINE", "tiny, hxdp, nic100 or a machine file; nic100 by default"));
    options.addOption(
        Arguments.value(
            null,
            "pcap",
            "IN",
            "packets, over and over; without program and trace the examples are measured"));
    options.addOption(
        Arguments.value(
            null,
            "map",
            "NAME:KEYHEX:VALUE",
            "set a map entry first; VALUE is hex, or the name of an inner map or program; may be"
                + " given often"));
    Arguments.addEntries(options);
    Arguments.addFib(options);
    options.addOption(
        Arguments.value(null, "size", "N", "cut packets to N bytes, or fill them up with zeros"));
    options.addOption(
        Arguments.value(
            null, "flows", "N", "N copies of each packet with source addresses of their own"));
    options.addOption(
        Arguments.value(
            null,
            "load",
            "LOAD",
            "full: packets come when there is room (default); 100G: at that speed of each port,"
                + " with preamble and gap; trace: at the trace's times"));
    options.addOption(
        Arguments.value(null, "ports", "N", "ports that packets come in on; 1 by default"));
    options.addOption(Arguments.value(null, "queue", "N", "receive queue; 0 by default"));
    options.addOption(
        Arguments.value(null, "ifindex", "N", "interface of the first port; 1 by default"));
    options.addOption(
        Arguments.value(
            null,
            "cases",
            "FILE",
            "measure each 'weft run' line of a file, named by the comment before it; paths are"
                + " taken from the current folder, machine and clocks from here"));
    options.addOption(
        Arguments.value(null, "cycles", "N", "clocks to measure, after half as many; 100000"));
    options.addOption(Arguments.value(null, "seed", "N", "seed of bpf_get_prandom_u32; 0"));
    Arguments.addMemoryLatency(options);
    options.addOption(
        Arguments.value(
            null,
            "sweep",
            "KEY=V,V...",
            "measure for each value of a key of the machine (cores, lanes, threads ...) or of"
                + " size, flows, load, memory_latency; several are combined"));
    options.addOption(Arguments.flag("json", "print one JSON object per measurement"));
    options.addOption(Arguments.flag("csv", "print a line of comma-separated values for each"));
    return options;
  }

  private static List<Job> jobs(Arguments arguments) {
    if (arguments.positional().isEmpty() && !arguments.has("pcap")) {
      return BuiltIn.all().stream().map(BenchCommand::job).toList();
    }
    if (!arguments.has("pcap")) {
      throw new InputException("no trace given; give one with --pcap");
    }
    Input read = Input.read(arguments, "an object or image");
    ReadOnlyData data = ReadOnlyData.set(read, arguments.maps());
    Input input = data.input();
    String name = arguments.text("program", null);
    if (input.image() != null && (name != null || arguments.has("machine"))) {
      throw new InputException(
          input.file() + ": an image has one program and one machine; leave -p and -m out");
    }
    Program program = input.image() == null ? input.object().program(name) : null;
    if (arguments.text("pcap", "").equals("-")) {
      throw new InputException("--pcap -: bench reads the trace again and again; give a file");
    }
    Path pcap = Arguments.path(arguments.text("pcap", ""));
    return List.of(
        new Job(
            program == null ? input.image().entries().get(0).program() : program.name(),
            input,
            program,
            () -> Traces.open(pcap),
            data.others(),
            arguments.network(),
            arguments.number("ifindex", 1, 1, 4095)));
  }

  /** The lines of a file, each a program with its packets and maps. */
  private static List<Job> cases(Arguments arguments) throws ParseException {
    String file = arguments.text("cases", "");
    if (!arguments.positional().isEmpty() || arguments.has("pcap")) {
      throw new InputException("--cases has programs and traces of its own; leave others out");
    }
    List<Job> jobs = new ArrayList<>();
    String title = null;
    int number = 0;
    for (String line : lines(Arguments.path(file))) {
      number++;
      if (line.startsWith("#")) {
        title = line.substring(1).strip();
      } else if (line.startsWith(RUN)) {
        Job job = job(line.substring(RUN.length()).strip(), file + ": line " + number + ": ");
        jobs.add(
            new Job(
                title == null ? job.name() : title,
                job.input(),
                job.program(),
                job.trace(),
                job.maps(),
                job.network(),
                job.ifindex()));
      } else if (!line.isBlank()) {
        throw new InputException(
            file + ": line " + number + ": no comment and no 'weft run ...': " + line);
      }
    }
    if (jobs.isEmpty()) {
      throw new InputException(file + ": no line 'weft run ...'; give one for each case");
    }
    return jobs;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new InputException("--cases " + file + ": cannot be read; give a text file", e);
    }
  }

  /** The job of a line's arguments; errors say which line. */
  private static Job job(String arguments, String where) throws ParseException {
    try {
      return jobs(new Arguments(options(), arguments.split(" +", -1))).get(0);
    } catch (InputException e) {
      throw new InputException(where + e.getMessage(), e);
    } catch (RefusedException e) {
      throw new RefusedException(where + e.getMessage());
    }
  }

  private static Job job(BuiltIn example) {
    ReadOnlyData data = ReadOnlyData.set(example.input(), example.maps());
    Program program = data.input().object().program(null);
    return new Job(
        program.name(),
        data.input(),
        program,
        () -> Traces.open(example.name(), new ByteArrayInputStream(example.packets())),
        data.others(),
        example.network(),
        1);
  }

  /** All combinations of what is to be swept over. */
  private static List<Map<String, String>> variants(String... sweeps) {
    List<Map<String, String>> variants = List.of(Map.of());
    for (String sweep : sweeps) {
      int equals = sweep.indexOf('=');
      if (equals <= 0 || equals == sweep.length() - 1) {
        throw new InputException("--sweep " + sweep + ": write KEY=VALUE,VALUE...");
      }
      String key = sweep.substring(0, equals);
      List<Map<String, String>> more = new ArrayList<>();
      for (Map<String, String> variant : variants) {
        for (String value : sweep.substring(equals + 1).split(",", -1)) {
          Map<String, String> changed = new LinkedHashMap<>(variant);
          if (changed.put(key, value.strip()) != null) {
            throw new InputException("--sweep " + sweep + ": " + key + " is swept over twice");
          }
          more.add(changed);
        }
      }
      variants = more;
      if (variants.size() > MOST_VARIANTS) {
        throw new InputException("--sweep: more than " + MOST_VARIANTS + " combinations");
      }
    }
    return variants;
  }

  private static MachineSpec machine(MachineSpec machine, Map<String, String> variant) {
    Map<String, String> changes = new LinkedHashMap<>(variant);
    OTHERS.forEach(changes::remove);
    if (changes.containsKey("cores") && !changes.containsKey("cpus")) {
      int cpus = Math.max(machine.cpus(), number("cores", changes.get("cores"), 1, 64));
      changes.put("cpus", Integer.toString(cpus));
    }
    return changes.isEmpty() ? machine : MachineFile.with(machine, changes);
  }

  private static int number(String what, String text, int least, int most) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same error.
    }
    throw new InputException(what + " " + text + ": give a number from " + least + " to " + most);
  }

  private static String setting(
      Arguments arguments, Map<String, String> variant, String key, String otherwise) {
    return variant.getOrDefault(key, arguments.text(key.replace('_', '-'), otherwise));
  }

  /** Measures one program, or says why not; whether it was measured. */
  private boolean one(
      Arguments arguments,
      Job job,
      MachineSpec base,
      Map<String, String> variant,
      BenchReport report)
      throws IOException {
    ProgramImage image;
    try {
      image =
          job.input().image() == null
              ? Compiler.compile(job.input().object(), job.program(), machine(base, variant))
              : image(job.input().image(), variant);
    } catch (RefusedException e) {
      report.refused(job.name(), variant, e.getMessage());
      return false;
    }
    MachineSpec machine = image.machine();
    Offered offered = Offered.of(arguments, variant);
    Measurement.Setting setting =
        new Measurement.Setting(
            image,
            new EngineOptions(
                Math.max(8, machine.cpus()),
                arguments.longNumber("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE),
                job.network()),
            frames(job, offered),
            offered.load(),
            arguments.number("ports", 1, 1, machine.ports()),
            arguments.number("queue", 0, 0, 4095),
            job.ifindex(),
            offered.latency(),
            arguments.longNumber("cycles", 100_000, 1000, 1_000_000_000L),
            maps -> job.maps().forEach(map -> map.apply(maps)));
    Measurement measurement = Measurement.of(setting);
    report.add(job.name(), variant, measurement);
    if (measurement.packets() == 0) {
      note(job.name() + ": no packet ended in the clocks measured; give more with --cycles");
    }
    return true;
  }

  private static ProgramImage image(ProgramImage image, Map<String, String> variant) {
    if (!OTHERS.containsAll(variant.keySet())) {
      throw new InputException("--sweep: an image has one machine; give the object");
    }
    return image;
  }

  private List<Frame> frames(Job job, Offered offered) throws IOException {
    List<Frame> frames;
    try (TraceReader trace = job.trace().open()) {
      List<Integer> leftOut = new ArrayList<>();
      frames = Frames.read(trace, leftOut::add);
      if (!leftOut.isEmpty()) {
        note(
            job.name()
                + ": frames longer than the largest buffer, 3520 bytes, were left out: "
                + leftOut.size());
      }
      if (trace.cutFrames() > 0) {
        note(job.name() + ": frames were captured in part: " + trace.cutFrames());
      }
    }
    if (offered.size() > 0) {
      frames = Frames.ofSize(frames, offered.size());
    }
    int flows = offered.flows();
    if ((long) flows * frames.size() > MAX_FRAMES) {
      throw new InputException(
          flows + " flows of " + frames.size() + " packets are too many; give a shorter trace");
    }
    return flows == 1 ? frames : Frames.ofFlows(frames, flows);
  }
}
