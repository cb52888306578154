package org.weft.cli.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.weft.compiler.ebpf.Printer;
import org.weft.compiler.object.Program;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Row;
import org.weft.isa.row.RowPrinter;
import org.weft.isa.row.Slot;

/** The rows with what they come from, and how often they were executed. */
final class ScheduleTable {
  private static final double DARKEST = 0.6;

  private final Compiled compiled;
  private final ProgramImage image;
  private final Html html;
  private final Map<Integer, ProgramImage.Origin> origins = new HashMap<>();
  private final Map<Integer, List<Integer>> sources = new TreeMap<>();
  private final long most;

  private ScheduleTable(Compiled compiled, Html html) {
    this.compiled = compiled;
    this.html = html;
    image = compiled.image();
    image.debug().forEach(origin -> origins.put(place(origin.row(), origin.slot()), origin));
    for (int row = 0; row < image.rows().size(); row++) {
      for (Slot slot : image.rows().get(row).slots()) {
        if (slot instanceof Slot.Branch branch) {
          sources.computeIfAbsent(branch.target(), target -> new ArrayList<>()).add(row);
        }
      }
    }
    long maximum = 1;
    for (int row = 0; compiled.trace() != null && row < image.rows().size(); row++) {
      maximum = Math.max(maximum, compiled.trace().executions()[row]);
    }
    most = maximum;
  }

  static void print(Compiled compiled, Html html) {
    new ScheduleTable(compiled, html).print();
  }

  private int place(int row, int slot) {
    return row * image.machine().lanes() + slot;
  }

  private void print() {
    html.open("table", "class", "schedule").line().open("tr").element("th", "row");
    if (compiled.trace() != null) {
      html.element("th", "times").element("th", "a packet");
    }
    for (int lane = 0; lane < image.machine().lanes(); lane++) {
      html.element("th", "lane " + lane);
    }
    html.close("tr").line();
    for (int row = 0; row < image.rows().size(); row++) {
      for (ProgramImage.Entry entry : image.entries()) {
        if (entry.row() == row) {
          int columns = image.machine().lanes() + (compiled.trace() == null ? 1 : 3);
          html.open("tr", "class", "entry");
          html.element("td", "program " + entry.program(), "colspan", String.valueOf(columns));
          html.close("tr").line();
        }
      }
      print(row, image.rows().get(row));
    }
    html.close("table").line();
  }

  private void print(int number, Row row) {
    html.open("tr", "id", "row-" + number).open("td", "class", "number").text(number);
    for (int source : sources.getOrDefault(number, List.of())) {
      html.text(" ").element("a", "\u2190" + source, "href", "#row-" + source);
    }
    html.close("td");
    if (compiled.trace() != null) {
      executions(compiled.trace().executions()[number]);
    }
    for (int lane = 0; lane < row.slots().size(); lane++) {
      Slot slot = row.slots().get(lane);
      if (slot instanceof Slot.Nop) {
        html.open("td", "class", "empty").close("td");
      } else {
        html.open("td");
        print(slot);
        ProgramImage.Origin origin = origins.get(place(number, lane));
        if (origin != null) {
          print(origin);
        }
        html.close("td");
      }
    }
    html.close("tr").line();
  }

  private void executions(long times) {
    // The root, so that what a few packets in a hundred do is seen, too.
    double shade = DARKEST * Math.sqrt((double) times / most);
    String style = String.format(Locale.ROOT, "background:rgba(255,140,0,%.2f)", shade);
    String share = String.format(Locale.ROOT, "%.3f", (double) times / compiled.trace().packets());
    html.element("td", times, "class", "number", "style", style);
    html.element("td", share, "class", "number", "style", style);
  }

  private void print(Slot slot) {
    String text = RowPrinter.print(slot);
    html.open("code");
    if (slot instanceof Slot.Branch branch) {
      String jump = "goto " + branch.target();
      html.element("a", jump, "href", "#row-" + branch.target());
      html.text(text.substring(jump.length()));
    } else {
      html.text(text);
    }
    html.close("code");
  }

  /** The eBPF instruction and the line of source that a slot comes from. */
  private void print(ProgramImage.Origin origin) {
    Program program = compiled.object().program(image.entries().get(origin.entry()).program());
    int index = origin.instruction();
    html.element("div", index + ": " + Printer.print(program.code().get(index), index));
    Program.SourceLine line = program.lineAt(index);
    if (line != null) {
      String text = line.text().strip();
      html.open("div", "class", "source", "title", text);
      html.element("b", line.file().replaceFirst(".*/", "") + ":" + line.line());
      html.text(" " + text).close("div");
    }
  }
}
