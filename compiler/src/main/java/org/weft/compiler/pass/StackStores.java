package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Value;

/**
 * Removes stores to the stack that nobody reads, or that are overwritten before, and zeroing of
 * what is still as zero as the hardware made it.
 */
public final class StackStores implements Pass {
  @Override
  public String name() {
    return "stack-stores";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    StackUse use = new StackUse(graph, context);
    Map<Value, StackUse.Bytes> stores = new HashMap<>();
    use.stores().forEach(bytes -> stores.put(bytes.value(), bytes));
    Set<Value> gone = new HashSet<>();
    zeros(graph, use, stores, gone);
    unread(graph, context, use, gone);
    for (Block block : graph.blocks()) {
      List<Value> kept = new ArrayList<>(block.values());
      if (kept.removeIf(gone::contains)) {
        block.setValues(kept);
      }
    }
    Cleanup.run(graph);
    return gone.size();
  }

  /** Forward: bytes that may have been written. */
  private static void zeros(
      Graph graph, StackUse use, Map<Value, StackUse.Bytes> stores, Set<Value> gone) {
    Map<Value, StackUse.Bytes> others = new HashMap<>();
    use.atomics().forEach(bytes -> others.put(bytes.value(), bytes));
    use.callWrites().forEach(bytes -> others.put(bytes.value(), bytes));
    use.wildWrites().forEach(bytes -> others.put(bytes.value(), bytes));
    Map<Block, BitSet> ends = new HashMap<>();
    List<Block> order = PostOrder.reverse(graph);
    boolean changed = true;
    while (changed) {
      changed = false;
      gone.clear();
      for (Block block : order) {
        BitSet written = new BitSet();
        for (Block predecessor : block.predecessors()) {
          written.or(ends.getOrDefault(predecessor, new BitSet()));
        }
        for (Value value : block.values()) {
          StackUse.Bytes store = stores.get(value);
          StackUse.Bytes other = others.get(value);
          if (store != null) {
            boolean zero = value.operand(1).isConstant(0);
            int first = written.nextSetBit(store.from());
            if (zero && (first < 0 || first >= store.to())) {
              gone.add(value);
            } else {
              written.set(store.from(), store.to());
            }
          } else if (other != null) {
            written.set(other.from(), other.to());
          }
        }
        changed |= !written.equals(ends.put(block, written));
      }
    }
  }

  /** Stores whose bytes are not read any more. */
  private static void unread(Graph graph, PassContext context, StackUse use, Set<Value> gone) {
    StackLiveness liveness = new StackLiveness(graph, context, use, gone);
    for (Block block : graph.blocks()) {
      BitSet needed = liveness.atEnd(block);
      List<Value> values = block.values();
      for (int i = values.size() - 1; i >= 0; i--) {
        if (liveness.step(values.get(i), needed)) {
          gone.add(values.get(i));
        }
      }
    }
  }
}
