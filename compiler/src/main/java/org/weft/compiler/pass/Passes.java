package org.weft.compiler.pass;

import java.util.List;

/** The passes in the order in which they run. */
public final class Passes {
  /** All of them. */
  public static final List<Pass> ALL = List.of(new Simplification());

  private Passes() {}
}
