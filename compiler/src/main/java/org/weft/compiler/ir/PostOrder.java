package org.weft.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** Orders in which a block stands behind, or before, what it leads to. */
public final class PostOrder {
  private PostOrder() {}

  private record Step(Block block, int next) {}

  /** The blocks that the entry reaches, each behind its successors except along back edges. */
  public static List<Block> of(Graph graph) {
    List<Block> order = new ArrayList<>();
    boolean[] seen = new boolean[graph.blockLimit()];
    Deque<Step> stack = new ArrayDeque<>();
    stack.push(new Step(graph.entry(), 0));
    seen[graph.entry().id()] = true;
    while (!stack.isEmpty()) {
      Step step = stack.pop();
      List<Block> successors = step.block().successors();
      if (step.next() == successors.size()) {
        order.add(step.block());
        continue;
      }
      stack.push(new Step(step.block(), step.next() + 1));
      // The taken side last, so that the other one follows in reverse order.
      Block successor = successors.get(step.next());
      if (!seen[successor.id()]) {
        seen[successor.id()] = true;
        stack.push(new Step(successor, 0));
      }
    }
    return order;
  }

  /** The same in reverse: the entry first. */
  public static List<Block> reverse(Graph graph) {
    List<Block> order = of(graph);
    Collections.reverse(order);
    return order;
  }
}
