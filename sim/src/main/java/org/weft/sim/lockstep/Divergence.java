package org.weft.sim.lockstep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.weft.isa.image.ProgramImage;

/**
 * Where sim and hardware do different things for the first time.
 *
 * @param clock the clock
 * @param text what they do, in a line
 * @param window rows of the core in the clocks around it, a line each; empty if no row differs
 */
public record Divergence(long clock, String text, List<String> window) {
  private static final int CLOCKS_BEFORE = 12;
  private static final int CLOCKS_AFTER = 4;

  /** All rows are the same, what happens to packets outside of cores is not. */
  static Divergence outsideOfCores(long clock) {
    return new Divergence(clock, "clock " + clock + ": all rows are equal", List.of());
  }

  /**
   * Rows differ.
   *
   * @param begun the clock before the first that rows are counted from
   * @param left rows of sim, as {@link RowEvent} packs them
   * @param right rows of the hardware
   * @param at the first that differs
   */
  static Divergence of(ProgramImage image, long begun, long[] left, long[] right, int at) {
    RowEvent one = at < left.length ? RowEvent.of(left[at]) : null;
    RowEvent two = at < right.length ? RowEvent.of(right[at]) : null;
    RowEvent first = two == null || one != null && left[at] <= right[at] ? one : two;
    int core = first.core();
    List<String> window = new ArrayList<>();
    long from = Math.max(0, first.clock() - CLOCKS_BEFORE);
    for (long clock = from; clock <= first.clock() + CLOCKS_AFTER; clock++) {
      String sim = text(left, core, clock);
      String rtl = text(right, core, clock);
      window.add(
          String.format(
              Locale.ROOT,
              "clock %d %s sim: %-32s rtl: %s",
              begun + clock,
              sim.equals(rtl) ? " " : "*",
              sim,
              rtl));
    }
    String text =
        "clock %d, core %d: sim %s, rtl %s; %s"
            .formatted(
                begun + first.clock(),
                core,
                text(left, core, first.clock()),
                text(right, core, first.clock()),
                image.place(first.row()));
    return new Divergence(begun + first.clock(), text, window);
  }

  private static String text(long[] events, int core, long clock) {
    long key = new RowEvent(clock, core, 0, 0, false).packed();
    int at = Arrays.binarySearch(events, key);
    at = at < 0 ? -1 - at : at;
    RowEvent event = at < events.length ? RowEvent.of(events[at]) : null;
    return event != null && event.isOf(core, clock) ? event.text() : "-";
  }
}
