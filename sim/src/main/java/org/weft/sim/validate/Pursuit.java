package org.weft.sim.validate;

import java.util.Arrays;
import java.util.List;

/**
 * Runs variants of a scenario. Where a variant looks something up under another key than the
 * scenario did, and so in vain, the entry is given that key: else no variant could change what keys
 * are made of and still come to what is done with the entry.
 */
final class Pursuit {
  private static final int MAX_MOVES = 3;

  private final Search search;
  private final int edge;
  private final int goal;
  private List<Recorder.Call> calls = List.of();

  /** A pursuit of a feature at an edge's jump or call. */
  Pursuit(Search search, int edge, int goal) {
    this.search = search;
    this.edge = edge;
    this.goal = goal;
  }

  /** The calls of the scenario of which variants will be run. */
  void follow(List<Recorder.Call> ofScenario) {
    calls = ofScenario;
  }

  /** Whether the feature was reached, or the budget is used up. */
  boolean isDone() {
    return search.isOver() || search.coverage.isReached(goal);
  }

  /** Runs a variant, and with entries moved if it does not come to the jump; whether to go on. */
  boolean run(Scenario variant) {
    Scenario moved = variant;
    boolean again = search.run(variant);
    for (int i = 0; again && i < MAX_MOVES && !isDone(); i++) {
      moved = search.recorder.isAt(edge) ? null : move(moved);
      again = moved != null && search.run(moved);
    }
    return !isDone();
  }

  /** The variant with the first entry moved that it missed, or null. */
  private Scenario move(Scenario variant) {
    List<Recorder.Call> now = search.recorder.calls();
    for (int i = 0; i < Math.min(calls.size(), now.size()); i++) {
      Recorder.Call before = calls.get(i);
      Recorder.Call call = now.get(i);
      if (before.helper() != call.helper() || before.map() != call.map()) {
        return null;
      }
      byte[] key = before.key().toArray();
      byte[] wanted = call.key().toArray();
      int entry = variant.find(call.map(), key);
      boolean lost = before.succeeded() && !call.succeeded();
      if (lost && entry >= 0 && !Arrays.equals(key, wanted)) {
        Scenario moved = variant.copy();
        MapEntry old = moved.entries.get(entry);
        moved.entries.set(entry, new MapEntry(old.map(), wanted, old.value(), old.target()));
        return moved;
      }
    }
    return null;
  }
}
