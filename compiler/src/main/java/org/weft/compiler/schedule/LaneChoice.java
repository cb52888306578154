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

  // Made once, for every row asks often: by lane and set, and by node and lane.
  private final int[] cheapest;
  private final byte[] chosen;
  private final int[] costs;

  LaneChoice(int lanes) {
    this.lanes = lanes;
    cheapest = new int[lanes + 1 << lanes];
    chosen = new byte[lanes + 1 << lanes];
    costs = new int[lanes * lanes];
  }

  /**
   * The lane of each node, or null when there is no way.
   *
   * @param nodes no more than there are lanes
   * @param before for each node the set of nodes that must stand on lower lanes
   */
  int[] choose(List<Node> nodes, int[] before, Cost cost) {
    int count = nodes.size();
    int sets = 1 << count;
    for (int i = 0; i < count; i++) {
      for (int lane = 0; lane < lanes; lane++) {
        costs[i * lanes + lane] = cost.of(nodes.get(i), lane);
      }
    }
    Arrays.fill(cheapest, 0, (lanes + 1) * sets, IMPOSSIBLE);
    cheapest[0] = 0;
    for (int lane = 0; lane < lanes; lane++) {
      int above = (lane + 1) * sets;
      for (int set = 0; set < sets; set++) {
        int now = cheapest[lane * sets + set];
        if (now >= IMPOSSIBLE) {
          continue;
        }
        if (now < cheapest[above + set]) {
          cheapest[above + set] = now;
          chosen[above + set] = -1;
        }
        for (int i = 0; i < count; i++) {
          boolean may = (set >>> i & 1) == 0 && (before[i] & ~set) == 0;
          int more = may ? costs[i * lanes + lane] : -1;
          int next = above + (set | 1 << i);
          if (more >= 0 && now + more < cheapest[next]) {
            cheapest[next] = now + more;
            chosen[next] = (byte) i;
          }
        }
      }
    }
    if (cheapest[lanes * sets + sets - 1] >= IMPOSSIBLE) {
      return null;
    }
    int[] result = new int[count];
    int set = sets - 1;
    for (int lane = lanes; lane > 0; lane--) {
      int node = chosen[lane * sets + set];
      if (node >= 0) {
        result[node] = lane - 1;
        set &= ~(1 << node);
      }
    }
    return result;
  }
}
