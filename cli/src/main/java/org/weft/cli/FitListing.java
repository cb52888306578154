package org.weft.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.bitstream.FitReport;
import org.weft.bitstream.Resources;
import org.weft.isa.machine.MachineSpec;

/** What a machine takes of a board, as a table. */
final class FitListing {
  private static final int DOES_NOT_FIT = 1;
  private static final String NAME_COLUMN = "%-24s";

  private final PrintStream out;
  private final PrintStream err;

  FitListing(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Prints it.
   *
   * @return the exit status: whether it fits
   */
  int print(FitReport report, MachineSpec machine) {
    Resources available = report.board().device().capacity();
    line("block", Resources.NAMES);
    for (Map.Entry<String, Resources> block : report.blocks().entrySet()) {
      line(block.getKey(), block.getValue().counts());
    }
    line("sum of blocks", report.sum().counts());
    line("synthesised as one", report.all().counts());
    line(report.board().text() + " has", available.counts());
    out.println();
    report
        .room()
        .forEach(
            (name, room) ->
                out.printf(
                    Locale.ROOT, NAME_COLUMN + " %d of %d%n", name, room.used(), room.available()));
    if (report.fits()) {
      return 0;
    }
    out.flush();
    err.printf(
        "weft: machine %s does not fit board %s: %s; the machine most like it that fits has %s%n",
        machine.name(),
        report.board().text(),
        report.all().excess(available),
        report.nearest().orElseThrow());
    return DOES_NOT_FIT;
  }

  private void line(String name, List<?> values) {
    out.printf(Locale.ROOT, NAME_COLUMN, name);
    values.forEach(value -> out.printf(Locale.ROOT, " %8s", value));
    out.println();
  }
}
