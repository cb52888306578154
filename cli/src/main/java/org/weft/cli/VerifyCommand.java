package org.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.weft.compiler.object.Program;
import org.weft.isa.InputException;
import org.weft.isa.RefusedException;
import org.weft.sim.engine.Dependence;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.engine.Verification;
import org.weft.sim.kernel.KernelEngine;
import org.weft.sim.trace.TraceReader;

/**
 * {@code weft verify}: several engines over one trace, compared packet by packet. The kernel judges
 * {@code ref}, {@code ref} judges {@code rows}, in whatever order they are named.
 */
final class VerifyCommand {
  /** From the judge of all on. */
  private static final List<String> ORDER =
      List.of(Setup.KERNEL, "ref", "rows", Setup.SIM, Setup.RTL);

  /** Those that are compared clock by clock, if they alone are asked for. */
  private static final List<String> IN_LOCK_STEP = List.of(Setup.SIM, Setup.RTL);

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  VerifyCommand(InputStream in, PrintStream out, PrintStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  int run(String... args) throws ParseException, IOException {
    Options options = Arguments.forPackets();
    options
        .getOption("program")
        .setDescription("the program; all of the object one after the other by default");
    options.addOption(
        Arguments.value(
            null,
            "engines",
            "E,E...",
            "the engines, ref,kernel,rows by default; where the system forbids the kernel engine it"
                + " is left out with a word"));
    options.addOption(
        Arguments.value(
            null,
            "stalls",
            "SEED",
            "with --engines sim,rtl: outputs take nothing in a quarter of the clocks"));
    options.addOption(
        Arguments.value(
            null,
            "wave",
            "FST",
            "with --engines sim,rtl: write the hardware's signals around the first difference, and"
                + " beside it, as VCD, what sim does"));
    options.addOption(Arguments.value(null, "junit", "FILE", "write a JUnit report"));
    options.addOption(Arguments.flag("json", "print one JSON object per program"));
    Arguments arguments = new Arguments(options, args);
    if (arguments.help(out, "verify PROG.o --pcap IN [options]")) {
      return 0;
    }
    List<String> engines = engines(arguments.text("engines", "ref,kernel,rows"));
    for (String option : List.of("stalls", "wave")) {
      if (arguments.has(option) && !engines.equals(IN_LOCK_STEP)) {
        throw new InputException("--" + option + " is for --engines sim,rtl");
      }
    }
    arguments.fst();
    arguments.checkFiles(arguments.positional(), "pcap", "wave", "junit");
    Setup setup = new Setup(arguments, in, err);
    List<Program> programs = setup.programs();
    if (setup.isStandardInput() && arguments.has("wave")) {
      throw new InputException(
          "--wave runs the trace again, and standard input is read once: give a file with --pcap");
    }
    if (setup.isStandardInput() && programs.size() > 1) {
      throw new InputException(
          setup.input.file()
              + " has "
              + programs.size()
              + " programs, and standard input is read once: choose one with -p");
    }
    Map<String, String> unavailable = unavailable(engines);
    List<VerifyReport> reports = new ArrayList<>();
    for (Program program : programs) {
      VerifyReport report = new VerifyReport(setup.input.file(), program.name(), unavailable);
      verify(arguments, setup, program, engines, report);
      reports.add(report);
      if (arguments.has("json")) {
        report.printJson(out);
      } else {
        report.print(out);
      }
    }
    String junit = arguments.text("junit", null);
    if (junit != null) {
      JunitReport.write(Arguments.path(junit), reports);
    }
    int status = status(engines, unavailable, reports);
    setup.noteObject();
    return status;
  }

  /** A difference or a refusal counts as failure, and so does it when nothing was compared. */
  private static int status(
      List<String> engines, Map<String, String> unavailable, List<VerifyReport> reports) {
    for (VerifyReport report : reports) {
      if (report.hasFailed()) {
        return 1;
      }
    }
    if (engines.size() - unavailable.size() < 2) {
      throw new InputException(
          "nothing was compared: no two of the engines "
              + String.join(", ", engines)
              + " can be used");
    }
    return 0;
  }

  private static List<String> engines(String text) {
    List<String> engines = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      if (!ORDER.contains(name)) {
        throw Setup.noEngine(name);
      }
      if (engines.contains(name)) {
        throw new InputException("--engines " + text + ": " + name + " is named twice");
      }
      engines.add(name);
    }
    if (engines.size() < 2) {
      throw new InputException("--engines " + text + ": give two or more to compare");
    }
    engines.sort((a, b) -> Integer.compare(ORDER.indexOf(a), ORDER.indexOf(b)));
    return engines;
  }

  private Map<String, String> unavailable(List<String> engines) {
    Map<String, String> unavailable = new TreeMap<>();
    if (engines.contains(Setup.KERNEL)) {
      String reason = KernelEngine.unavailable().orElse(null);
      if (reason != null) {
        unavailable.put(Setup.KERNEL, reason);
        err.println("weft: engine kernel is left out: " + Main.oneLine(reason));
      }
    }
    return unavailable;
  }

  private void verify(
      Arguments arguments, Setup setup, Program program, List<String> names, VerifyReport report)
      throws IOException {
    if (names.equals(IN_LOCK_STEP)) {
      new LockStepRun(setup, program, arguments).verify(report);
      return;
    }
    List<Engine> engines = new ArrayList<>();
    boolean kernel = names.contains(Setup.KERNEL) && !report.isUnavailable(Setup.KERNEL);
    EngineOptions options = kernel ? setup.optionsLikeKernel() : setup.options();
    try {
      for (String name : names) {
        if (!report.isUnavailable(name)) {
          try {
            engines.add(setup.open(name, program, options));
          } catch (RefusedException e) {
            report.refused(name, e.getMessage());
          }
        }
      }
      if (engines.size() > 1) {
        compare(setup, engines, Dependence.of(program, setup.input.object().maps()), report);
      }
    } finally {
      engines.forEach(Engine::close);
    }
  }

  private static void compare(
      Setup setup, List<Engine> engines, Dependence dependence, VerifyReport report)
      throws IOException {
    Verification verification = new Verification(engines, dependence);
    try (TraceReader trace = setup.trace();
        Progress progress = new Progress(setup.traceBytes())) {
      for (long number = 0; setup.wants(number) && trace.next(); number++) {
        String reason = Setup.tooLong(trace.length());
        if (reason == null) {
          for (int i = 0; i < engines.size(); i++) {
            setup.receive(trace, number, verification.buffer(i));
          }
          verification.run();
        } else {
          verification.leaveOut(reason);
        }
        progress.step(number, trace);
      }
      setup.noteCutFrames(trace.cutFrames());
    }
    verification.finish();
    report.verified(verification.comparisons());
  }
}
