package org.weft.compiler.verifier;

/** A state at an instruction, with how far the paths that go on from it were explored. */
final class Checkpoint {
  private final PathState state;
  private final Checkpoint parent;
  private int openPaths = 1;
  private int hits;
  private int misses;

  Checkpoint(PathState state, Checkpoint parent) {
    this.state = state;
    this.parent = parent;
  }

  PathState state() {
    return state;
  }

  /** Whether all that follows was found to be safe. */
  boolean isExplored() {
    return openPaths == 0;
  }

  void addPath() {
    openPaths++;
  }

  /** A path that came from here has ended. */
  static void endPath(Checkpoint last) {
    Checkpoint checkpoint = last;
    while (checkpoint != null && --checkpoint.openPaths == 0) {
      checkpoint = checkpoint.parent;
    }
  }

  void hit() {
    hits++;
  }

  /** Notes that a state was not covered; returns whether it is time to forget this one. */
  boolean miss() {
    misses++;
    return misses > 3 * hits + 3;
  }
}
