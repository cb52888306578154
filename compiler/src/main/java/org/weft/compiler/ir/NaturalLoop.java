package org.weft.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A loop with one head, which dominates all of it.
 *
 * @param head the block that every turn begins with
 * @param latches blocks of the loop from which control goes back to the head
 * @param blocks all blocks, the head first, in reverse post-order
 */
public record NaturalLoop(Block head, List<Block> latches, List<Block> blocks) {
  /** The loops of a graph, outer ones before those inside; loops with the same head are one. */
  public static List<NaturalLoop> of(Dominators dominators) {
    List<NaturalLoop> loops = new ArrayList<>();
    for (Block head : dominators.order()) {
      List<Block> latches =
          head.predecessors().stream()
              .filter(b -> dominators.isReached(b) && dominators.dominates(head, b))
              .toList();
      if (!latches.isEmpty()) {
        loops.add(new NaturalLoop(head, latches, blocks(dominators, head, latches)));
      }
    }
    return loops;
  }

  private static List<Block> blocks(Dominators dominators, Block head, List<Block> latches) {
    Set<Block> inside = new HashSet<>(Set.of(head));
    Deque<Block> work = new ArrayDeque<>(latches);
    while (!work.isEmpty()) {
      Block block = work.pop();
      if (dominators.isReached(block) && inside.add(block)) {
        block.predecessors().forEach(work::push);
      }
    }
    return dominators.order().stream().filter(inside::contains).toList();
  }

  /** Whether a block belongs to the loop. */
  public boolean contains(Block block) {
    return blocks.contains(block);
  }
}
