package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts runs, keeps the scenarios that reached something new, and has the judge look at them, at
 * those that took a new path, and at a sample of the others.
 */
final class Search {
  /** A scenario that is kept, with the map calls of its run. */
  record Kept(Scenario scenario, List<Recorder.Call> calls) {}

  /** One of so many scenarios that did nothing new is compared. */
  private static final int SAMPLE = 4;

  private static final int ENOUGH_DIFFERENCES = 200;
  private static final int MAX_WITNESSES = 32;
  private static final int FEW_WITNESSES = 8;

  /** Bytes of map values that all comparisons of old paths together may look at. */
  private static final long SAMPLED_BYTES = 2L << 30;

  final Edges edges;
  final Recorder recorder;
  final Coverage coverage;
  final Subject subject;
  private final Judge judge;
  private final Findings findings;
  private final long budget;
  private final List<Kept> corpus = new ArrayList<>();
  private final List<List<Kept>> witnesses = new ArrayList<>();
  private long sampledBytes;
  private long runs;
  private long compared;
  private long faults;
  private String firstFault;

  Search(
      Edges edges,
      Recorder recorder,
      Subject subject,
      Judge judge,
      Findings findings,
      long budget) {
    this.edges = edges;
    this.recorder = recorder;
    this.subject = subject;
    this.judge = judge;
    this.findings = findings;
    this.budget = budget;
    coverage = new Coverage(edges, recorder.features());
    for (int i = 0; i < edges.limit(); i++) {
      witnesses.add(null);
    }
  }

  /** Runs a scenario, which must not change any more; false when the budget is used up. */
  boolean run(Scenario scenario) {
    if (isOver()) {
      return false;
    }
    runs++;
    subject.run(scenario);
    boolean isNew = coverage.add(recorder);
    boolean isNewPath = coverage.addPath(recorder);
    if (isNew || isNewPath) {
      Kept kept = new Kept(scenario, recorder.calls());
      witness(kept, isNew ? MAX_WITNESSES : FEW_WITNESSES);
      if (isNew) {
        corpus.add(kept);
      }
    }
    if (subject.fault() != null) {
      faults++;
      firstFault = firstFault == null ? subject.fault() : firstFault;
    } else if (isNew || wantsSample(isNewPath)) {
      compare(scenario);
    }
    return true;
  }

  private boolean wantsSample(boolean isNewPath) {
    if (!isNewPath && runs % SAMPLE != 0 || sampledBytes > SAMPLED_BYTES) {
      return false;
    }
    sampledBytes += judge.mapBytes();
    return true;
  }

  private void compare(Scenario scenario) {
    compared++;
    List<String> differences = judge.differences(scenario);
    if (!differences.isEmpty()) {
      findings.add(scenario, differences);
    }
  }

  /** Remembers a scenario for the edges that it reached, as long as they have few. */
  private void witness(Kept kept, int most) {
    for (int feature : recorder.reached()) {
      if (feature < edges.limit() && edges.isPresent(feature)) {
        if (witnesses.get(feature) == null) {
          witnesses.set(feature, new ArrayList<>());
        }
        if (witnesses.get(feature).size() < most) {
          witnesses.get(feature).add(kept);
        }
      }
    }
  }

  /** Whether {@code ref} takes a scenario without a fault; not counted. */
  boolean isSound(Scenario scenario) {
    subject.run(scenario);
    return subject.fault() == null;
  }

  /** Some scenarios that reached an edge, in the order in which they were found. */
  List<Kept> witnesses(int edge) {
    return witnesses.get(edge) == null ? List.of() : witnesses.get(edge);
  }

  /** All that is kept, in the order in which it was found. */
  List<Kept> corpus() {
    return corpus;
  }

  /** Whether the budget is used up, or so much differs that more says nothing new. */
  boolean isOver() {
    return runs >= budget || findings.count() >= ENOUGH_DIFFERENCES;
  }

  long runs() {
    return runs;
  }

  long compared() {
    return compared;
  }

  long faults() {
    return faults;
  }

  String firstFault() {
    return firstFault;
  }
}
