package org.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.cli.report.Compiled;
import org.weft.cli.report.HtmlReport;
import org.weft.compiler.Compilation;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.Occupancy;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.profile.Profile;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.validate.ValidationOptions;
import org.weft.sim.validate.Validator;

/** {@code weft compile}: an object to an image. */
final class CompileCommand {
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  CompileCommand(InputStream in, PrintStream out, PrintStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = new Options();
    options.addOption(
        Arguments.value("p", "program", "NAME", "the program; the object's first by default"));
    options.addOption(
        Arguments.value(
            "m", "machine", "MACHINE", "tiny, hxdp, nic100 or a machine file; nic100 by default"));
    options.addOption(
        Arguments.value("o", "output", "IMAGE", "write the image; without this only figures"));
    options.addOption(
        Arguments.value(
            null,
            "dump",
            "DIR",
            "write the program as eBPF, after each pass, as rows, and the machine, as text"));
    options.addOption(
        Arguments.value(null, "skip-pass", "NAME", "leave a pass out; as often as needed"));
    options.addOption(
        Arguments.value(null, "stop-after", "NAME", "run no pass after the first run of this one"));
    options.addOption(Arguments.flag("json", "print the figures as one JSON object"));
    Arguments.addEntries(options);
    addValidation(options);
    addProfile(options);
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "compile PROG.o [-o IMAGE] [options]")) {
      return 0;
    }
    Input read = Input.read(arguments, "an object");
    read.requireObject();
    ReadOnlyData data = ReadOnlyData.set(read, arguments.maps());
    if (!data.others().isEmpty() && !arguments.has("profile")) {
      throw new InputException(
          "--map "
              + data.others().get(0).name()
              + " is for --profile; only read-only data, as .rodata, are compiled in");
    }
    Input input = data.input();
    arguments.checkFiles(List.of(input.file()), "profile", "output", "report", "out-pcap");
    checkFolder(arguments.text("out-pcap", null));
    MachineSpec machine = Input.machine(arguments.text("machine", "nic100"));
    XdpObject object = input.requireObject();
    Program program = object.program(arguments.text("program", null));
    boolean json = arguments.has("json");
    checkSeed(arguments);
    Profiling profiling = profiling(arguments, input);
    long start = System.nanoTime();
    String dump = arguments.text("dump", null);
    if (dump != null) {
      Dump.program(Arguments.path(dump), object, program, machine);
    }
    CompilerOptions how;
    Compilation compilation;
    try {
      Map<String, Profile> profiles = profiling == null ? Map.of() : profiling.run(program);
      how = options(arguments, program, profiles);
      start = System.nanoTime();
      compilation = Compiler.compile(object, program, machine, how);
    } catch (RefusedException e) {
      if (json) {
        printJson(program, null, machine, System.nanoTime() - start, e.getMessage(), null, null);
      }
      throw new RefusedException(input.file() + ": " + e.getMessage());
    }
    ProgramImage image = compilation.image();
    if (dump != null) {
      Dump.image(Arguments.path(dump), program, image);
    }
    long compiled = System.nanoTime();
    ValidationReport validation = validate(arguments, input, program, image);
    boolean isWrong = validation != null && validation.hasFailed();
    String report = arguments.text("report", null);
    if (report != null) {
      Compiled.Trace trace = profiling == null ? null : profiling.rows(image);
      HtmlReport.write(
          new Compiled(input.file(), object, program, how, compilation, trace),
          Arguments.path(report));
    }
    String file = arguments.text("output", null);
    if (file != null && !isWrong) {
      Path path = Arguments.path(file);
      ImageFile.write(image, path);
    }
    if (json) {
      printJson(program, compilation, machine, compiled - start, null, profiling, validation);
    } else {
      print(program, compilation);
      if (profiling != null) {
        profiling.print(out, compilation.expectedRows().get(program.name()));
      }
      if (validation != null) {
        validation.print(out);
      }
    }
    input.printNotes(err);
    input.noteUnmade(err, machine.cpus());
    if (profiling != null) {
      profiling.printNotes();
    }
    return isWrong ? 1 : 0;
  }

  private static void addValidation(Options options) {
    options.addOption(
        Arguments.flag(
            "validate",
            "run ref and rows on packets and maps made to reach every branch, and compare them"));
    options.addOption(
        Arguments.value(
            null,
            "validate-runs",
            "N",
            "how often to run; " + ValidationOptions.DEFAULT_RUNS + " by default"));
    options.addOption(
        Arguments.value(
            null,
            "seed",
            "N",
            "seed of what is made for --validate, and of bpf_get_prandom_u32 in --profile; 0 by"
                + " default"));
    options.addOption(
        Arguments.value(
            null, "out-pcap", "FILE", "write packets that differ in --validate, one of each kind"));
  }

  private static void addProfile(Options options) {
    options.addOption(
        Arguments.value(
            null,
            "profile",
            "PCAP",
            "run this trace in ref first and compile for where its packets go; the options of"
                + " weft run for traces, as --map, hold for it"));
    Arguments.addTrace(options);
    options.addOption(
        Arguments.value(null, "report", "HTML", "write a page that shows passes and rows"));
  }

  /** Where a profile comes from, or null when none was asked for. */
  private Profiling profiling(Arguments arguments, Input input) {
    if (!arguments.has("profile")) {
      refuse(arguments, Arguments.TRACE_ONLY, "--profile");
      return null;
    }
    Setup setup = new Setup(arguments, "profile", input, in, err);
    if (setup.isStandardInput() && arguments.has("report")) {
      throw new InputException(
          "--report runs the trace of --profile once more, and standard input is read once: give"
              + " a file");
    }
    return new Profiling(setup, arguments.text("profile", ""));
  }

  private static void checkSeed(Arguments arguments) {
    if (!arguments.has("validate") && !arguments.has("profile")) {
      refuse(arguments, List.of("seed", Arguments.FIB), "--validate");
    }
  }

  /** Refuses options without the one that they belong to. */
  private static void refuse(Arguments arguments, List<String> options, String owner) {
    for (String option : options) {
      if (arguments.has(option)) {
        throw new InputException("--" + option + " is for " + owner + "; give that, too");
      }
    }
  }

  /** The report of a validation, or null when none was asked for. */
  private static ValidationReport validate(
      Arguments arguments, Input input, Program program, ProgramImage image) throws IOException {
    if (!arguments.has("validate")) {
      refuse(arguments, List.of("validate-runs", "out-pcap"), "--validate");
      return null;
    }
    long runs =
        arguments.longNumber("validate-runs", ValidationOptions.DEFAULT_RUNS, 1, Long.MAX_VALUE);
    long seed = arguments.longNumber("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    int cpus = Math.max(EngineOptions.DEFAULT.cpus(), image.machine().cpus());
    ValidationReport report =
        new ValidationReport(
            input.file(),
            arguments.text(Arguments.FIB, null),
            program,
            Validator.validate(
                input.object(),
                program,
                image,
                new ValidationOptions(runs, seed, cpus, arguments.network())));
    String trace = arguments.text("out-pcap", null);
    if (trace != null && report.hasFailed()) {
      report.writeTrace(Arguments.path(trace));
    }
    return report;
  }

  /** What may have to be written has a place, so that a long search is not in vain. */
  private static void checkFolder(String file) {
    Path folder = file == null ? null : Arguments.path(file).toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new InputException(file + ": no such directory");
    }
  }

  private static CompilerOptions options(
      Arguments arguments, Program program, Map<String, Profile> profiles) {
    String dump = arguments.text("dump", null);
    return new CompilerOptions(
        new HashSet<>(List.of(arguments.all("skip-pass"))),
        arguments.text("stop-after", null),
        (step, pass, graph) -> {
          if (dump != null && graph.name().equals(program.name())) {
            Dump.graph(Arguments.path(dump), program, step, pass, graph);
          }
        },
        profiles);
  }

  private void print(Program program, Compilation compilation) {
    ProgramImage image = compilation.image();
    int others = image.entries().size() - 1;
    out.printf(
        Locale.ROOT,
        "program %s is safe: %d instructions visited on all paths%n",
        program.name(),
        compilation.visited().get(program.name()));
    out.printf(
        Locale.ROOT,
        "program %s for %s: %d instructions, %d rows%s, %d of %d slots used, %d maps%n",
        program.name(),
        image.machine().name(),
        instructions(program),
        image.rows().size(),
        others == 0 ? "" : " with those of programs behind tail calls (" + others + ")",
        Occupancy.of(image).slots(),
        image.rows().size() * image.machine().lanes(),
        image.maps().size());
  }

  private void printJson(
      Program program,
      Compilation compilation,
      MachineSpec machine,
      long nanoseconds,
      String refused,
      Profiling profiling,
      ValidationReport validation)
      throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartObject();
      json.writeStringField("program", program.name());
      json.writeStringField("machine", machine.name());
      json.writeNumberField("insns", instructions(program));
      if (compilation != null) {
        json.writeNumberField("visited", compilation.visited().get(program.name()));
        ProgramImage image = compilation.image();
        json.writeNumberField("programs", image.entries().size());
        json.writeNumberField("rows", image.rows().size());
        Occupancy occupancy = Occupancy.of(image);
        json.writeNumberField("slots", occupancy.slots());
        json.writeNumberField("registers", Integer.bitCount(occupancy.registers()));
        json.writeNumberField("maps", image.maps().size());
        json.writeObjectFieldStart("passes");
        for (Map.Entry<String, Integer> pass : compilation.changes().entrySet()) {
          json.writeNumberField(pass.getKey(), pass.getValue());
        }
        json.writeEndObject();
      }
      json.writeNumberField("lanes", machine.lanes());
      if (compilation != null) {
        double rows = compilation.expectedRows().get(program.name());
        json.writeNumberField("expected_rows", Math.round(100 * rows) / 100.0);
      }
      json.writeNumberField("time_ms", nanoseconds / 1_000_000);
      if (refused == null) {
        json.writeNullField("refused");
      } else {
        json.writeStringField("refused", refused);
      }
      if (profiling != null) {
        profiling.printJson(json);
      }
      if (validation != null) {
        validation.printJson(json);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static long instructions(Program program) {
    return program.code().stream().filter(i -> !(i instanceof Instruction.WideTail)).count();
  }
}
