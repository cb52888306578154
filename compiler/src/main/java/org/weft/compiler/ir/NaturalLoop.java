package org.weft.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A loop with one head, which dominates all of it; cycles with several entries are none.
 *
 * @param head the only block that control enters it by
 * @param latches blocks of the loop from which control goes back to the head
 * @param blocks all of them in reverse post-order, the head first
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

  /** The loops without another cycle in them. */
  public static List<NaturalLoop> innermost(Dominators dominators) {
    return of(dominators).stream()
        .filter(
            loop ->
                loop.blocks.stream().noneMatch(b -> b != loop.head && dominators.isEndOfCycle(b)))
        .toList();
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
    return inside.stream().sorted(Comparator.comparingInt(dominators::position)).toList();
  }

  /** Whether a block belongs to the loop. */
  public boolean contains(Block block) {
    return blocks.contains(block);
  }

  /** Its instructions: what a copy of it costs. */
  public int size() {
    return blocks.stream().mapToInt(Block::size).sum();
  }

  /** Where control leaves to from a block of the loop with a branch, or null. */
  public Block exit(Block block) {
    if (block.terminator() instanceof Terminator.Branch branch) {
      boolean takenLeaves = !contains(branch.taken());
      boolean nextLeaves = !contains(branch.next());
      return takenLeaves == nextLeaves ? null : takenLeaves ? branch.taken() : branch.next();
    }
    return null;
  }
}
