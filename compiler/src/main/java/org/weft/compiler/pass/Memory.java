package org.weft.compiler.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;

/**
 * Versions of memory: two loads of the same place with the same version read the same. A version
 * ends at every write that may reach the region; where paths meet it ends, too, unless nothing was
 * written on any way there.
 */
final class Memory {
  private static final int REGIONS = Region.values().length;

  /** What facts count as: they change when a call moves the packet's bounds. */
  private static final int BOUNDS = REGIONS;

  private final Map<Value, Integer> versions = new HashMap<>();
  private final Map<Block, int[]> ends = new HashMap<>();
  private int next = 1;

  /**
   * Numbers the versions.
   *
   * @param order the blocks in reverse post-order
   */
  Memory(Graph graph, List<Block> order) {
    for (Block block : order) {
      int[] now = start(graph, block);
      for (Value value : block.values()) {
        int region = regionRead(value.operation());
        if (region >= 0) {
          versions.put(value, now[region]);
        }
        for (int i = 0; i <= REGIONS; i++) {
          if (writes(value.operation(), i)) {
            now[i] = next++;
          }
        }
      }
      ends.put(block, now);
    }
  }

  private int[] start(Graph graph, Block block) {
    int[] start = new int[REGIONS + 1];
    if (block == graph.entry()) {
      return start;
    }
    boolean known = block.predecessors().stream().allMatch(ends::containsKey);
    for (int i = 0; i <= REGIONS; i++) {
      int version = known ? ends.get(block.predecessors().get(0))[i] : -1;
      for (Block predecessor : known ? block.predecessors() : List.<Block>of()) {
        version = ends.get(predecessor)[i] == version ? version : -1;
      }
      start[i] = version >= 0 ? version : next++;
    }
    return start;
  }

  private static int regionRead(Operation operation) {
    if (operation instanceof Operation.ReadFact) {
      return BOUNDS;
    }
    return operation instanceof Operation.Load load ? load.region().ordinal() : -1;
  }

  private static boolean writes(Operation operation, int region) {
    if (operation instanceof Operation.Call call) {
      return region == BOUNDS
          ? call.helper().movesPacketBounds()
          : writes(call.helper(), Region.values()[region]);
    }
    if (operation instanceof Operation.TailCall) {
      return true;
    }
    return !operation.isPure()
        && operation.region() != null
        && operation.region().ordinal() == region;
  }

  /** Whether a helper may write a region, or others may while it runs. */
  static boolean writes(HelperFunction helper, Region region) {
    return switch (region) {
      case PACKET -> helper.movesPacketBounds() || helper == HelperFunction.XDP_STORE_BYTES;
      case REGISTER -> false;
      case STACK, ARGUMENT -> helper.writesMemory();
      case MAP -> true;
    };
  }

  /** The version that a load or fact reads; 0 for what reads no memory. */
  int version(Value value) {
    return versions.getOrDefault(value, 0);
  }
}
