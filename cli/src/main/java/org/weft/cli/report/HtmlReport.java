package org.weft.cli.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.weft.compiler.Occupancy;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Printer;
import org.weft.compiler.object.Program;
import org.weft.compiler.pass.Pass;
import org.weft.compiler.pass.Passes;
import org.weft.compiler.profile.Profile;
import org.weft.isa.WholeFile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineFile;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;

/**
 * A compilation as one HTML page that needs nothing else: figures, passes, occupancy, maps, jumps
 * and the schedule. The same compilation always gives the same page.
 */
public final class HtmlReport {
  /** Nothing is loaded or run, whatever an object's names might smuggle in. */
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'"/>
      <style>
      body { font: 14px/1.4 sans-serif; margin: 2em; color: #222; background: #fff; }
      table { border-collapse: collapse; margin: .5em 0 1em; }
      th, td { border: 1px solid #ccc; padding: 2px 8px; text-align: left; vertical-align: top; }
      th { background: #eee; }
      td.number { text-align: right; white-space: nowrap; }
      td.empty { background: #f6f6f6; }
      tr.entry td { background: #dde8f4; font-weight: bold; }
      tr:target td { outline: 2px solid #27c; }
      .schedule th { position: sticky; top: 0; }
      .schedule div { color: #666; font: 11px/1.3 monospace; white-space: nowrap; }
      .schedule div.source { max-width: 28em; overflow: hidden; text-overflow: ellipsis; }
      code { white-space: nowrap; }
      .bar { display: inline-block; width: 100px; height: 10px; background: #eee; }
      .bar i { display: block; height: 10px; background: #27c; }
      .off { color: #999; }
      </style>
      """;

  private final Compiled compiled;
  private final ProgramImage image;
  private final MachineSpec machine;
  private final Occupancy occupancy;
  private final Html html = new Html();

  private HtmlReport(Compiled compiled) {
    this.compiled = compiled;
    image = compiled.image();
    machine = image.machine();
    occupancy = Occupancy.of(image);
  }

  /** The page. */
  public static String print(Compiled compiled) {
    return new HtmlReport(compiled).page();
  }

  /**
   * Writes the page, whole or not at all.
   *
   * @throws org.weft.isa.InputException when the file cannot be written
   */
  public static void write(Compiled compiled, Path path) {
    WholeFile.write(path, print(compiled).getBytes(StandardCharsets.UTF_8));
  }

  private String page() {
    String title = compiled.program().name() + " for " + machine.name();
    html.verbatim(HEAD).element("title", title).line();
    html.close("head").line().open("body").line().element("h1", title).line();
    figures();
    passes();
    occupancy();
    maps();
    if (compiled.trace() != null) {
      image.entries().forEach(entry -> jumps(compiled.object().program(entry.program())));
    }
    html.element("h2", "Schedule").line();
    html.element(
            "p",
            "The slots of a row happen together; a branch or exit that is taken ends the row"
                + " behind it. Under each slot: the eBPF instruction and the line it comes from.")
        .line();
    ScheduleTable.print(compiled, html);
    html.open("details").element("summary", "machine " + machine.name());
    html.element("pre", MachineFile.print(machine)).close("details").line();
    return html.close("body").close("html").line().toString();
  }

  private void figures() {
    Program program = compiled.program();
    long instructions =
        program.code().stream().filter(i -> !(i instanceof Instruction.WideTail)).count();
    int places = image.rows().size() * machine.lanes();
    html.open("table").line();
    figure("object", compiled.file());
    figure("program", program.name() + " (section " + program.section() + ")");
    figure("machine", machine.name() + ", " + machine.lanes() + " lanes");
    figure("eBPF instructions", instructions);
    figure("rows", image.rows().size() + " of " + machine.rows());
    figure("slots used", occupancy.slots() + " of " + places + percent(occupancy.slots(), places));
    figure("registers used", registers());
    figure("maps", image.maps().size());
    for (ProgramImage.Entry entry : image.entries()) {
      String name = image.entries().size() == 1 ? "" : " in " + entry.program();
      Profile profile = compiled.options().profiles().getOrDefault(entry.program(), Profile.NONE);
      figure(
          "rows a packet expected" + name,
          decimal(compiled.compilation().expectedRows().get(entry.program()))
              + (profile.jumps().isEmpty() ? ", as guessed" : ", by the profile"));
    }
    Compiled.Trace trace = compiled.trace();
    if (trace != null) {
      double rows = trace.rowsPerPacket();
      figure("trace", trace.file() + ", " + trace.packets() + " packets");
      figure("rows a packet of the trace", decimal(rows));
      figure(
          "packets a second at most",
          decimal(machine.cores() * (machine.clockKhz() / 1000.0) / rows)
              + " million, while no row waits");
    }
    html.close("table").line();
  }

  private void figure(String name, Object value) {
    html.open("tr").element("th", name).element("td", value).close("tr").line();
  }

  private String registers() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      if ((occupancy.registers() >>> i & 1) != 0) {
        names.add("r" + i);
      }
    }
    return names.size() + " of " + machine.registers() + ": " + String.join(" ", names);
  }

  private void passes() {
    html.element("h2", "Passes").line().open("table").line();
    html.open("tr").element("th", "pass").element("th", "what it does");
    html.element("th", "removed, fused or replaced").close("tr").line();
    Set<String> names = new LinkedHashSet<>();
    Passes.ALL.stream().map(Pass::name).forEach(names::add);
    for (String name : names) {
      Integer changes = compiled.compilation().changes().get(name);
      html.open("tr", "class", changes == null || changes == 0 ? "off" : "on");
      html.element("td", name).element("td", Passes.purpose(name));
      html.element("td", changes == null ? "not run" : changes, "class", "number");
      html.close("tr").line();
    }
    html.close("table").line();
  }

  private void occupancy() {
    Compiled.Trace trace = compiled.trace();
    html.element("h2", "How full rows are").line().open("table").line();
    html.open("tr").element("th", "a row has").element("th", "").element("th", "used in the rows");
    html.element("th", "rows that use all");
    if (trace != null) {
      html.element("th", "used in what was executed");
    }
    html.close("tr").line();
    long[] once = new long[image.rows().size()];
    Arrays.fill(once, 1);
    for (Occupancy.Resource resource : occupancy.resources()) {
      html.open("tr").element("td", resource.name());
      html.element("td", resource.capacity(), "class", "number");
      share(resource, once);
      html.element("td", resource.fullRows(), "class", "number");
      if (trace != null) {
        share(resource, trace.executions());
      }
      html.close("tr").line();
    }
    html.close("table").line();
  }

  private void share(Occupancy.Resource resource, long... executions) {
    double all = (double) Arrays.stream(executions).sum() * resource.capacity();
    double share = all == 0 ? 0 : resource.uses(executions) / all;
    html.open("td").open("span", "class", "bar");
    html.open("i", "style", String.format(Locale.ROOT, "width:%.0f%%", 100 * share)).close("i");
    html.close("span").text(String.format(Locale.ROOT, " %.0f %%", 100 * share)).close("td");
  }

  private void maps() {
    html.element("h2", "Maps").line();
    if (image.maps().isEmpty()) {
      html.element("p", "None.").line();
      return;
    }
    html.open("table").line().open("tr");
    for (String name : List.of("handle", "name", "type", "key bytes", "value bytes", "entries")) {
      html.element("th", name);
    }
    html.close("tr").line();
    for (int i = 0; i < image.maps().size(); i++) {
      MapDefinition map = image.maps().get(i);
      html.open("tr").element("td", i + 1, "class", "number");
      html.element("td", map.name()).element("td", map.type().label());
      for (long number : List.of(map.keySize(), map.valueSize(), map.maxEntries())) {
        html.element("td", number, "class", "number");
      }
      html.close("tr").line();
    }
    html.close("table").line();
  }

  private void jumps(Program program) {
    Profile profile = compiled.options().profiles().getOrDefault(program.name(), Profile.NONE);
    html.element("h2", "Jumps of " + program.name() + " on the trace").line();
    html.open("table").line().open("tr");
    for (String name : List.of("jump", "line", "taken", "not taken", "taken in")) {
      html.element("th", name);
    }
    html.close("tr").line();
    for (int i = 0; i < program.code().size(); i++) {
      Instruction instruction = program.code().get(i);
      if (instruction instanceof Instruction.Jump jump && jump.op() != JumpOp.JA) {
        Profile.Outcomes outcomes = profile.jumps().get(i);
        html.open("tr", "class", outcomes == null ? "off" : "on").open("td");
        html.element("code", i + ": " + Printer.print(instruction, i)).close("td");
        Program.SourceLine line = program.lineAt(i);
        html.open("td");
        if (line != null) {
          html.text(line.file().replaceFirst(".*/", "") + ":" + line.line() + " ");
          html.element("code", line.text().strip());
        }
        html.close("td");
        outcomes(outcomes);
        html.close("tr").line();
      }
    }
    html.close("table").line();
  }

  private void outcomes(Profile.Outcomes outcomes) {
    if (outcomes == null) {
      html.element("td", "never reached; guessed", "colspan", "3");
      return;
    }
    double all = outcomes.taken() + (double) outcomes.notTaken();
    html.element("td", outcomes.taken(), "class", "number");
    html.element("td", outcomes.notTaken(), "class", "number");
    html.element("td", String.format(Locale.ROOT, "%.1f %%", 100 * outcomes.taken() / all));
  }

  private static String percent(double part, double whole) {
    return String.format(Locale.ROOT, " (%.0f %%)", 100 * part / whole);
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
