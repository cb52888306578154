package org.weft.compiler.schedule;

import com.google.ortools.Loader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.pass.PassContext;

/**
 * The compiler's scheduling with the rows of each trace, once traces are formed and values that
 * cross them have registers, chosen by a constraint solver. A yardstick: it takes its time.
 */
public final class OptimalScheduling implements Scheduler {
  private final double seconds;
  private final boolean comparing;
  private final Map<String, List<OptimalRows.Distance>> distances = new LinkedHashMap<>();

  /** A scheduler whose solver may think some seconds for each question. */
  public OptimalScheduling(double seconds) {
    this(seconds, false);
  }

  OptimalScheduling(double seconds, boolean comparing) {
    this.seconds = seconds;
    this.comparing = comparing;
  }

  /** Why there is no solver on this machine; null when there is. */
  public static String whyNot() {
    try {
      Loader.loadNativeLibraries();
      return null;
    } catch (RuntimeException | LinkageError e) {
      return "no native OR-tools for this system: " + e.getMessage();
    }
  }

  /** By program, how far the list scheduler's traces are from the best. */
  Map<String, List<OptimalRows.Distance>> distances() {
    return distances;
  }

  @Override
  public Schedule run(Graph graph, PassContext context) {
    OptimalRows rows = new OptimalRows(seconds, comparing);
    Schedule schedule = new TraceScheduling(RowScheduler.LIST, rows).run(graph, context);
    distances.put(graph.name(), new ArrayList<>(rows.distances()));
    return schedule;
  }
}
