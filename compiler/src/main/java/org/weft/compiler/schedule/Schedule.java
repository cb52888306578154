package org.weft.compiler.schedule;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.weft.isa.row.Slot;

/**
 * Rows by trace; branch targets are still numbers of traces.
 *
 * @param traces in the order of their rows, the one that the program begins with first
 * @param expectedRows rows executed for a packet, as far as likelihoods say
 */
public record Schedule(List<Trace> traces, double expectedRows) {
  /**
   * The rows of a trace.
   *
   * @param id the trace's number
   * @param rows each with one slot or null per lane
   * @param next the trace that control goes to after the last row, which follows; -1 when the last
   *     row leaves
   */
  public record Trace(int id, List<List<Placed>> rows, int next) {
    public Trace {
      rows = List.copyOf(rows);
    }
  }

  /**
   * A slot in its place.
   *
   * @param slot what it does
   * @param origin the eBPF instruction it comes from, or negative
   */
  public record Placed(Slot slot, int origin) {}

  /** A row as a list in which null stands for an empty lane. */
  static List<Placed> row(Placed... lanes) {
    return Collections.unmodifiableList(Arrays.asList(lanes.clone()));
  }

  public Schedule {
    traces = List.copyOf(traces);
  }
}
