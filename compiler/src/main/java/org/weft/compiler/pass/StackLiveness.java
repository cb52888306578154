package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Value;

/** Which bytes of the stack may be read before they are written: backward over the blocks. */
public final class StackLiveness {
  private final Map<Value, StackUse.Bytes> stores = new HashMap<>();
  private final Map<Value, List<StackUse.Bytes>> reads = new HashMap<>();
  private final Map<Block, BitSet> starts = new HashMap<>();
  private final BitSet always = new BitSet();
  private final StackUse use;

  /** Computes it for a graph. */
  public StackLiveness(Graph graph, PassContext context) {
    this(graph, context, new StackUse(graph, context), Set.of());
  }

  StackLiveness(Graph graph, PassContext context, StackUse use, Set<Value> ignored) {
    this.use = use;
    always.set(use.firstWildRead(), context.machine().stackBytes());
    for (StackUse.Bytes store : use.stores()) {
      if (!ignored.contains(store.value())) {
        stores.put(store.value(), store);
      }
    }
    for (List<StackUse.Bytes> list : List.of(use.loads(), use.callReads(), use.atomics())) {
      list.forEach(b -> reads.computeIfAbsent(b.value(), v -> new ArrayList<>()).add(b));
    }
    List<Block> order = PostOrder.of(graph);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : order) {
        BitSet needed = atEnd(block);
        List<Value> values = block.values();
        for (int i = values.size() - 1; i >= 0; i--) {
          step(values.get(i), needed);
        }
        changed |= !needed.equals(starts.put(block, needed));
      }
    }
  }

  /** The bytes that may be read from the start of a block on; not to be changed. */
  public BitSet atStart(Block block) {
    return starts.getOrDefault(block, always);
  }

  BitSet atEnd(Block block) {
    BitSet needed = new BitSet();
    for (Block successor : block.successors()) {
      needed.or(starts.getOrDefault(successor, new BitSet()));
    }
    if (!block.successors().isEmpty()) {
      needed.or(always);
    }
    return needed;
  }

  /** Goes back over an instruction; whether it is a store that nobody reads. */
  boolean step(Value value, BitSet needed) {
    StackUse.Bytes store = stores.get(value);
    boolean unread = false;
    if (store != null) {
      int first = needed.nextSetBit(store.from());
      unread = first < 0 || first >= store.to();
      needed.clear(store.from(), store.to());
      if (!always.isEmpty()) {
        needed.or(always);
      }
    }
    for (StackUse.Bytes read : reads.getOrDefault(value, List.of())) {
      needed.set(read.from(), read.to());
    }
    if (use.isWildRead(value)) {
      needed.or(always);
    }
    return unread;
  }
}
