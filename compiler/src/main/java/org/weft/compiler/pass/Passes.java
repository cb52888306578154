package org.weft.compiler.pass;

import java.util.List;

/** The passes in the order in which they run. */
public final class Passes {
  /** All of them. */
  public static final List<Pass> ALL =
      List.of(
          new Simplification(),
          new Numbering(),
          new ImpliedBranches(),
          new Simplification(),
          new TailDuplication(0, 0),
          new Numbering(),
          new Simplification());

  private Passes() {}
}
