package org.weft.compiler.pass;

import java.util.List;

/** The passes in the order in which they run. */
public final class Passes {
  /** All of them. */
  public static final List<Pass> ALL =
      List.of(
          new Simplification(),
          new StackValues(),
          new StackStores(),
          new Simplification(),
          new ArrayLookups(),
          new Simplification(),
          new Numbering(),
          new WideLoads(),
          new Forwarding(),
          new ImpliedBranches(),
          new Simplification(),
          new IfConversion(),
          new LengthChecks(),
          new BranchOrder(),
          new TailDuplication(1.0, 8),
          new BranchOrder(),
          new AtomicFusion(),
          new StackStores(),
          new WideStores(),
          new SwapFusion(),
          new StoreSinking(),
          new Forwarding(),
          new Numbering(),
          new Simplification(),
          new Reassociation(),
          new Simplification());

  private Passes() {}
}
