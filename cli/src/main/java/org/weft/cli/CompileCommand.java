package org.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.compiler.Compilation;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ImageFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.validate.ValidationOptions;
import org.weft.sim.validate.Validator;

/** {@code weft compile}: an object to an image. */
final class CompileCommand {
  private final PrintStream out;
  private final PrintStream err;

  CompileCommand(PrintStream out, PrintStream err) {
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
    addValidation(options);
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "compile PROG.o [-o IMAGE] [options]")) {
      return 0;
    }
    Input input = Input.read(arguments.file("an object"));
    MachineSpec machine = Input.machine(arguments.text("machine", "nic100"));
    XdpObject object = input.requireObject();
    Program program = object.program(arguments.text("program", null));
    boolean json = arguments.has("json");
    long start = System.nanoTime();
    String dump = arguments.text("dump", null);
    if (dump != null) {
      Dump.program(Arguments.path(dump), object, program, machine);
    }
    Compilation compilation;
    try {
      compilation = Compiler.compile(object, program, machine, options(arguments, program));
    } catch (RefusedException e) {
      if (json) {
        printJson(program, null, machine, System.nanoTime() - start, e.getMessage(), null);
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
    String file = arguments.text("output", null);
    if (file != null && !isWrong) {
      Path path = Arguments.path(file);
      ImageFile.write(image, path);
    }
    if (json) {
      printJson(program, compilation, machine, compiled - start, null, validation);
    } else {
      print(program, image);
      if (validation != null) {
        validation.print(out);
      }
    }
    input.printNotes(err);
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
        Arguments.value(null, "seed", "N", "seed of what is made for --validate; 0 by default"));
    options.addOption(
        Arguments.value(
            null, "out-pcap", "FILE", "write packets that differ in --validate, one of each kind"));
  }

  /** The report of a validation, or null when none was asked for. */
  private static ValidationReport validate(
      Arguments arguments, Input input, Program program, ProgramImage image) throws IOException {
    if (!arguments.has("validate")) {
      for (String option : List.of("validate-runs", "seed", "out-pcap")) {
        if (arguments.has(option)) {
          throw new InputException("--" + option + " is for --validate; give that, too");
        }
      }
      return null;
    }
    long runs =
        arguments.longNumber("validate-runs", ValidationOptions.DEFAULT_RUNS, 1, Long.MAX_VALUE);
    long seed = arguments.longNumber("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE);
    int cpus = Math.max(EngineOptions.DEFAULT.cpus(), image.machine().cpus());
    ValidationReport report =
        new ValidationReport(
            input.file(),
            program,
            Validator.validate(
                input.object(), program, image, new ValidationOptions(runs, seed, cpus)));
    String trace = arguments.text("out-pcap", null);
    if (trace != null && report.hasFailed()) {
      report.writeTrace(Arguments.path(trace));
    }
    return report;
  }

  private static CompilerOptions options(Arguments arguments, Program program) {
    String dump = arguments.text("dump", null);
    return new CompilerOptions(
        Set.of(arguments.all("skip-pass")),
        arguments.text("stop-after", null),
        (step, pass, graph) -> {
          if (dump != null && graph.name().equals(program.name())) {
            Dump.graph(Arguments.path(dump), program, step, pass, graph);
          }
        },
        Map.of());
  }

  private void print(Program program, ProgramImage image) {
    out.printf(
        Locale.ROOT,
        "program %s for %s: %d instructions, %d rows, %d of %d slots used, %d maps%n",
        program.name(),
        image.machine().name(),
        instructions(program),
        image.rows().size(),
        slots(image),
        image.rows().size() * image.machine().lanes(),
        image.maps().size());
  }

  private void printJson(
      Program program,
      Compilation compilation,
      MachineSpec machine,
      long nanoseconds,
      String refused,
      ValidationReport validation)
      throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartObject();
      json.writeStringField("program", program.name());
      json.writeStringField("machine", machine.name());
      json.writeNumberField("insns", instructions(program));
      if (compilation != null) {
        ProgramImage image = compilation.image();
        json.writeNumberField("rows", image.rows().size());
        json.writeNumberField("slots", slots(image));
        json.writeNumberField("registers", registers(image));
        json.writeNumberField("maps", image.maps().size());
        json.writeObjectFieldStart("passes");
        for (Map.Entry<String, Integer> pass : compilation.changes().entrySet()) {
          json.writeNumberField(pass.getKey(), pass.getValue());
        }
        json.writeEndObject();
      }
      json.writeNumberField("lanes", machine.lanes());
      json.writeNumberField("time_ms", nanoseconds / 1_000_000);
      if (refused == null) {
        json.writeNullField("refused");
      } else {
        json.writeStringField("refused", refused);
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

  private static int slots(ProgramImage image) {
    int used = 0;
    for (Row row : image.rows()) {
      for (Slot slot : row.slots()) {
        used += slot instanceof Slot.Nop ? 0 : 1;
      }
    }
    return used;
  }

  /** Registers that the rows name. */
  private static int registers(ProgramImage image) {
    int set = 0;
    for (Row row : image.rows()) {
      for (Slot slot : row.slots()) {
        set |= slot.reads() | slot.writes();
      }
    }
    return Integer.bitCount(set);
  }
}
