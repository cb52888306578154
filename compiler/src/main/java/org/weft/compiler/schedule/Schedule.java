package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.weft.compiler.check.Original;
import org.weft.compiler.check.Stretch;
import org.weft.compiler.check.SymbolicCheck;
import org.weft.compiler.ir.Graph;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.MapDefinition;

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
   * @param block number of the block at whose start control is when it enters the rows
   * @param rows each with one slot or null per lane
   * @param next the trace that control goes to after the last row, which follows; -1 when the last
   *     row leaves
   */
  public record Trace(int id, int block, List<List<Placed>> rows, int next) {
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

  /**
   * Checks that the rows do what a program says.
   *
   * @param original the program before it was scheduled
   * @param graph the same, as scheduling left it
   * @param maps the object's maps; a handle is the index plus 1
   * @throws IllegalStateException naming row, slot and cause: the scheduler is broken
   */
  public void verify(Original original, Graph graph, List<MapDefinition> maps) {
    original.requireIn(graph);
    List<Stretch> stretches = new ArrayList<>();
    for (Trace trace : traces) {
      List<List<Slot>> rows = new ArrayList<>();
      for (List<Placed> row : trace.rows()) {
        rows.add(row.stream().map(p -> p == null ? Slot.Nop.NOP : p.slot()).toList());
      }
      stretches.add(new Stretch(trace.id(), trace.block(), rows));
    }
    SymbolicCheck.check(graph, maps, stretches);
  }
}
