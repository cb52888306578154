package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The differences found, one example of each kind. */
final class Findings {
  /** Kinds that are kept. */
  private static final int MAX_KEPT = 5;

  /** A scenario that shows a difference. */
  record Finding(Scenario scenario, List<String> texts) {}

  private final List<Finding> kept = new ArrayList<>();
  private final Set<String> kinds = new HashSet<>();
  private long count;

  void add(Scenario scenario, List<String> texts) {
    count++;
    if (kept.size() < MAX_KEPT && kinds.add(kind(texts))) {
      kept.add(new Finding(scenario.copy(), texts));
    }
  }

  /** What the texts say about, without the numbers. */
  private static String kind(List<String> texts) {
    StringBuilder kind = new StringBuilder();
    for (String text : texts) {
      int end = text.indexOf(": ");
      kind.append(end < 0 ? text : text.substring(0, end).replaceAll("\\d+", "N")).append('\n');
      if (text.startsWith("returns")) {
        kind.append(text.replaceAll("\\d{2,}", "N"));
      }
    }
    return kind.toString();
  }

  List<Finding> kept() {
    return kept;
  }

  /** Scenarios that showed a difference. */
  long count() {
    return count;
  }
}
