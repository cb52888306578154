package org.weft.compiler.pass;

import org.weft.compiler.ir.Graph;

/** One optimisation. It has no state; the same graph always gives the same result. */
public interface Pass {
  /** Its name, for switches and reports. */
  String name();

  /**
   * Changes the graph.
   *
   * <p>Requires and ensures: the rules of the SSA form, and the program's effects.
   *
   * @return how many things it removed, fused or replaced; 0 when it changed nothing
   */
  int run(Graph graph, PassContext context);
}
