package org.weft.compiler.schedule;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.object.ObjectLoader;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Row;
import org.weft.isa.row.RowPrinter;
import org.weft.isa.row.Slot;

/**
 * How far from the best the list scheduler's traces are, for the examples or for objects and
 * folders in {@code -Dweft.optimal.objects=PATH:...}; on machine {@code
 * -Dweft.optimal.machine=NAME|FILE}, with {@code -Dweft.optimal.seconds=N} for each question to the
 * solver.
 *
 * <p>Rows between the best that was found and the bound are not decided in that time.
 */
class OptimalTableTest {
  @Test
  @Tag("campaign")
  void table() throws IOException {
    assumeTrue(OptimalScheduling.whyNot() == null, OptimalScheduling.whyNot());
    double seconds = Double.parseDouble(System.getProperty("weft.optimal.seconds", "10"));
    String name = System.getProperty("weft.optimal.machine", "hxdp");
    MachineSpec machine =
        new File(name).isFile() ? MachineFile.read(Path.of(name)) : MachineSpec.preset(name);
    List<String> programs = new ArrayList<>();
    System.out.println(
        "\n| program | trace | nodes | entered | rows | fewest | executed | best | bound |"
            + " any lane |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    double logs = 0;
    int count = 0;
    for (Path object : objects()) {
      XdpObject loaded = ObjectLoader.load(object);
      for (Program program : loaded.programs()) {
        List<OptimalRows.Distance> traces = traces(loaded, program, machine, seconds);
        String label = label(object, program, loaded);
        traces.forEach(trace -> print(label, trace));
        if (Boolean.getBoolean("weft.optimal.rows")) {
          traces.stream()
              .filter(trace -> trace.listExpected() > trace.expected() + 0.005)
              .forEach(OptimalTableTest::printRows);
        }
        programs.add(summary(label, traces));
        logs += Math.log(ratio(traces));
        count++;
      }
    }
    System.out.println(
        "\n| program | traces | rows | fewest | executed | best | ratio | bound | any lane |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    programs.forEach(System.out::println);
    System.out.printf("%ngeometric mean of the ratio: %.3f%n", Math.exp(logs / count));
    assertTrue(count > 0);
  }

  private static List<OptimalRows.Distance> traces(
      XdpObject object, Program program, MachineSpec machine, double seconds) {
    OptimalScheduling scheduling = new OptimalScheduling(seconds, true);
    Compiler.compile(object, program, machine, CompilerOptions.DEFAULT.with(scheduling));
    return scheduling.distances().get(program.name());
  }

  private static List<Path> objects() throws IOException {
    String given = System.getProperty("weft.optimal.objects");
    List<Path> found = new ArrayList<>();
    for (String path : (given == null ? "../examples" : given).split(File.pathSeparator)) {
      try (Stream<Path> files = Files.walk(Path.of(path), given == null ? 2 : 1)) {
        files.filter(file -> file.toString().endsWith(".o")).sorted().forEach(found::add);
      }
    }
    return found;
  }

  private static String label(Path object, Program program, XdpObject loaded) {
    String file = object.getFileName().toString().replaceFirst("\\.o$", "");
    return loaded.programs().size() == 1 ? file : file + ", " + program.name();
  }

  private static void print(String program, OptimalRows.Distance trace) {
    System.out.printf(
        "| %s | %d | %d | %.3f | %d | %s | %.2f | %.2f | %.2f | %.2f |%n",
        program,
        trace.trace(),
        trace.nodes(),
        trace.entered(),
        trace.listRows(),
        (trace.rowsProven() ? "" : "≤ ") + trace.fewestRows(),
        trace.listExpected(),
        trace.expected(),
        trace.bound(),
        trace.freeExpected());
  }

  private static void printRows(OptimalRows.Distance trace) {
    System.out.println("by list:");
    print(trace.list());
    System.out.println("at best:");
    print(trace.best());
  }

  private static void print(List<List<Schedule.Placed>> rows) {
    for (List<Schedule.Placed> row : rows) {
      List<Slot> slots = row.stream().map(p -> p == null ? Slot.Nop.NOP : p.slot()).toList();
      System.out.println("    " + RowPrinter.print(new Row(slots)));
    }
  }

  private static double sum(
      List<OptimalRows.Distance> traces, ToDoubleFunction<OptimalRows.Distance> rows) {
    return traces.stream().mapToDouble(t -> t.entered() * rows.applyAsDouble(t)).sum();
  }

  private static double ratio(List<OptimalRows.Distance> traces) {
    return sum(traces, OptimalRows.Distance::listExpected)
        / sum(traces, OptimalRows.Distance::expected);
  }

  private static String summary(String program, List<OptimalRows.Distance> traces) {
    boolean proven = traces.stream().allMatch(OptimalRows.Distance::rowsProven);
    return String.format(
        "| %s | %d | %d | %s | %.2f | %.2f | %.3f | %.2f | %.2f |",
        program,
        traces.size(),
        traces.stream().mapToInt(OptimalRows.Distance::listRows).sum(),
        (proven ? "" : "≤ ") + traces.stream().mapToInt(OptimalRows.Distance::fewestRows).sum(),
        sum(traces, OptimalRows.Distance::listExpected),
        sum(traces, OptimalRows.Distance::expected),
        ratio(traces),
        sum(traces, OptimalRows.Distance::bound),
        sum(traces, OptimalRows.Distance::freeExpected));
  }
}
