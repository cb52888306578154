package org.weft.sim.validate;

import java.util.List;

/** What is still to be reached, and where to begin. */
final class Goals {
  /** Attempts at an edge for each witness: as it is, then changed at random. */
  private static final int ROUNDS = 4;

  /** Attempts at operands that are as near as they can be: a cheap one, a thorough one. */
  private static final int BOUNDARY_ATTEMPTS = 2;

  /**
   * Something to reach.
   *
   * @param edge one of the edges of the jump or call where it happens
   * @param feature what is to be reached there
   * @param witness a scenario that comes there
   * @param isRepeated whether the witness was tried before
   * @param isThorough whether it is worth much work
   */
  record Goal(int edge, int feature, Search.Kept witness, boolean isRepeated, boolean isThorough) {}

  private final Search search;
  private final int[] edgeAttempts;
  private final byte[] boundaryAttempts;

  Goals(Search search) {
    this.search = search;
    edgeAttempts = new int[search.edges.limit()];
    boundaryAttempts = new byte[search.recorder.features()];
  }

  /** Of the edges not reached, though their instruction was, the one with the fewest attempts. */
  Goal nextEdge() {
    int chosen = -1;
    Edges edges = search.edges;
    for (int edge = edges.next(0); edge >= 0; edge = edges.next(edge + 1)) {
      boolean fewer = chosen < 0 || edgeAttempts[edge] < edgeAttempts[chosen];
      if (search.coverage.isFrontier(edge)
          && edgeAttempts[edge] < ROUNDS * search.witnesses(edge ^ 1).size()
          && fewer) {
        chosen = edge;
      }
    }
    if (chosen < 0) {
      return null;
    }
    List<Search.Kept> witnesses = search.witnesses(chosen ^ 1);
    int attempt = edgeAttempts[chosen]++;
    boolean isRepeated = attempt >= witnesses.size();
    return new Goal(chosen, chosen, witnesses.get(attempt % witnesses.size()), isRepeated, true);
  }

  /** A jump whose operands were not yet equal, or one apart, with the fewest attempts. */
  Goal nextBoundary() {
    int edge = -1;
    int chosen = -1;
    Edges edges = search.edges;
    for (int e = edges.next(0); e >= 0; e = edges.next(e + 1)) {
      for (int how = 0; how < Recorder.NEARNESS; how++) {
        int feature = search.recorder.near(e, how);
        boolean fewer = chosen < 0 || boundaryAttempts[feature] < boundaryAttempts[chosen];
        if (fewer
            && boundaryAttempts[feature] < BOUNDARY_ATTEMPTS
            && edges.hasBoundary(e)
            && !search.coverage.isReached(feature)
            && !search.witnesses(e).isEmpty()) {
          edge = e;
          chosen = feature;
        }
      }
    }
    if (chosen < 0) {
      return null;
    }
    List<Search.Kept> witnesses = search.witnesses(edge);
    int attempt = boundaryAttempts[chosen]++;
    return new Goal(edge, chosen, witnesses.get(attempt % witnesses.size()), false, attempt > 0);
  }
}
