package org.weft.compiler.ir;

import java.util.ArrayList;
import java.util.List;

/** The dominator tree, after Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm". */
public final class Dominators {
  private final List<Block> order;
  private final int[] position;
  private final int[] parent;
  private final List<List<Block>> children = new ArrayList<>();
  private final int[] first;
  private final int[] last;

  /** Computes the tree of the blocks that the entry reaches. */
  public Dominators(Graph graph) {
    order = PostOrder.reverse(graph);
    position = new int[graph.blockLimit()];
    java.util.Arrays.fill(position, -1);
    for (int i = 0; i < order.size(); i++) {
      position[order.get(i).id()] = i;
      children.add(new ArrayList<>());
    }
    parent = new int[order.size()];
    java.util.Arrays.fill(parent, -1);
    parent[0] = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = 1; i < order.size(); i++) {
        int found = -1;
        for (Block predecessor : order.get(i).predecessors()) {
          int at = position[predecessor.id()];
          if (at >= 0 && parent[at] >= 0) {
            found = found < 0 ? at : common(found, at);
          }
        }
        changed |= parent[i] != found;
        parent[i] = found;
      }
    }
    for (int i = 1; i < order.size(); i++) {
      children.get(parent[i]).add(order.get(i));
    }
    first = new int[order.size()];
    last = new int[order.size()];
    number();
  }

  private int common(int one, int other) {
    int a = one;
    int b = other;
    while (a != b) {
      if (a > b) {
        a = parent[a];
      } else {
        b = parent[b];
      }
    }
    return a;
  }

  private void number() {
    int count = 0;
    int[] next = new int[order.size()];
    List<Integer> stack = new ArrayList<>(List.of(0));
    first[0] = count++;
    while (!stack.isEmpty()) {
      int at = stack.get(stack.size() - 1);
      if (next[at] == children.get(at).size()) {
        last[at] = count;
        stack.remove(stack.size() - 1);
      } else {
        int child = position[children.get(at).get(next[at]++).id()];
        first[child] = count++;
        stack.add(child);
      }
    }
  }

  /** The blocks that the entry reaches, the entry first, in reverse post-order. */
  public List<Block> order() {
    return order;
  }

  /** A block's place in the order; negative if it is not reached. */
  public int position(Block block) {
    return position[block.id()];
  }

  /** Whether the entry reaches a block. */
  public boolean isReached(Block block) {
    return position[block.id()] >= 0;
  }

  /** The closest block that dominates another; the entry's is the entry. */
  public Block parent(Block block) {
    return order.get(parent[position[block.id()]]);
  }

  /** Whether an edge leads back to a block: every way round passes such a block. */
  public boolean isEndOfCycle(Block block) {
    for (Block predecessor : block.predecessors()) {
      if (position[predecessor.id()] >= position[block.id()]) {
        return true;
      }
    }
    return false;
  }

  /** The blocks whose parent a block is. */
  public List<Block> children(Block block) {
    return children.get(position[block.id()]);
  }

  /** Whether every path to {@code b} goes through {@code a}; a block dominates itself. */
  public boolean dominates(Block a, Block b) {
    int x = position[a.id()];
    int y = position[b.id()];
    return first[x] <= first[y] && first[y] < last[x];
  }
}
