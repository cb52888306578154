package org.weft.compiler.verifier;

/** A state at an instruction, with how far the paths that go on from it were explored. */
final class Checkpoint {
  private final PathState state;
  private final Checkpoint parent;
  private final int depth;
  private int openPaths = 1;

  /** The outermost checkpoint that a path came back to, from here on; null for none. */
  private Checkpoint loop;

  private int hits;
  private int misses;

  Checkpoint(PathState state, Checkpoint parent) {
    this.state = state;
    this.parent = parent;
    depth = parent == null ? 0 : parent.depth + 1;
  }

  PathState state() {
    return state;
  }

  /** Whether all that follows was found to be safe. */
  boolean isExplored() {
    return openPaths == 0;
  }

  /** Whether it is known, besides, what that asks of this state. */
  boolean isComplete() {
    return isExplored() && (loop == null || loop.isComplete());
  }

  /**
   * Notes that a path ends where a state covers it of which all is not known yet: what is asked of
   * the states on the path is only known when it is known of that one.
   *
   * @param last the last checkpoint of the path
   * @param covering the state that covers it, this path's own or one that ended in a loop
   */
  static void noteLoop(Checkpoint last, Checkpoint covering) {
    Checkpoint target = covering.isExplored() ? covering.loop : covering;
    for (Checkpoint on = last; on != null && on.depth > target.depth; on = on.parent) {
      if (on.loop == null || on.loop.isComplete() || on.loop.depth > target.depth) {
        on.loop = target;
      }
    }
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
