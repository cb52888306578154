package org.weft.sim.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many things of one kind were found equal, different, or not comparable. The first differences
 * are kept as text.
 */
public final class Tally {
  private static final int MAX_KEPT = 10;

  private final List<String> first = new ArrayList<>();
  private final Map<String, Long> reasons = new LinkedHashMap<>();
  private long equal;
  private long different;

  // Traces repeat one reason millions of times: the map is written when the reason changes.
  private String lastReason;
  private long lastCount;

  /** One more is equal. */
  public void equal() {
    equal++;
  }

  /** Whether the text of another difference would be kept. */
  boolean wantsText() {
    return first.size() < MAX_KEPT;
  }

  /** One more differs; the first are kept as text, one line each. */
  public void different(String text) {
    different++;
    if (wantsText()) {
      first.add(text);
    }
  }

  void incomparable(String reason) {
    if (!reason.equals(lastReason)) {
      settle();
      lastReason = reason;
    }
    lastCount++;
  }

  private void settle() {
    if (lastCount > 0) {
      reasons.merge(lastReason, lastCount, Long::sum);
      lastCount = 0;
    }
  }

  boolean isEmpty() {
    return equal == 0 && different == 0 && incomparable().isEmpty();
  }

  /** How many were compared and equal. */
  public long equalCount() {
    return equal;
  }

  /** How many were compared and differ. */
  public long differentCount() {
    return different;
  }

  /** The first differences, one line each. */
  public List<String> firstDifferences() {
    return Collections.unmodifiableList(first);
  }

  /** How many could not be compared, by reason. */
  public Map<String, Long> incomparable() {
    settle();
    return Collections.unmodifiableMap(reasons);
  }

  /** How many could not be compared. */
  public long incomparableCount() {
    long sum = 0;
    for (long count : incomparable().values()) {
      sum += count;
    }
    return sum;
  }
}
