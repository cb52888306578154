package org.weft.compiler.schedule;

import java.util.Arrays;
import java.util.List;

/**
 * Gives the nodes of a row their lanes, such that the order they need is kept and every node that
 * writes a register stands on a lane that may write it. Tries all sets of nodes lane by lane, so
 * that the result is the cheapest there is.
 */
final class LaneChoice {
  private static final int IMPOSSIBLE = Integer.MAX_VALUE / 2;

  /** What a node may do on the lanes. */
  interface Cost {
    /** Cost of a node on a lane, or negative when it may not stand there. */
    int of(Node node, int lane);
  }

  private final int lanes;

  LaneChoice(int lanes) {
    this.lanes = lanes;
  }

  /**
   * The lane of each node, or null when there is no way.
   *
   * @param before for each node the set of nodes that must stand on lower lanes
   */
  int[] choose(List<Node> nodes, int[] before, Cost cost) {
    int count = nodes.size();
    int sets = 1 << count;
    int[][] cheapest = new int[lanes + 1][sets];
    byte[][] chosen = new byte[lanes + 1][sets];
    for (int[] row : cheapest) {
      Arrays.fill(row, IMPOSSIBLE);
    }
    cheapest[0][0] = 0;
    for (int lane = 0; lane < lanes; lane++) {
      for (int set = 0; set < sets; set++) {
        int now = cheapest[lane][set];
        if (now >= IMPOSSIBLE) {
          continue;
        }
        if (now < cheapest[lane + 1][set]) {
          cheapest[lane + 1][set] = now;
          chosen[lane + 1][set] = -1;
        }
        for (int i = 0; i < count; i++) {
          boolean may = (set >>> i & 1) == 0 && (before[i] & ~set) == 0;
          int more = may ? cost.of(nodes.get(i), lane) : -1;
          int next = set | 1 << i;
          if (more >= 0 && now + more < cheapest[lane + 1][next]) {
            cheapest[lane + 1][next] = now + more;
            chosen[lane + 1][next] = (byte) i;
          }
        }
      }
    }
    if (cheapest[lanes][sets - 1] >= IMPOSSIBLE) {
      return null;
    }
    int[] result = new int[count];
    int set = sets - 1;
    for (int lane = lanes; lane > 0; lane--) {
      int node = chosen[lane][set];
      if (node >= 0) {
        result[node] = lane - 1;
        set &= ~(1 << node);
      }
    }
    return result;
  }
}
