package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.PostOrder;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Region;

/**
 * Stores to the stack move behind branches, to the ways that read them: a branch then has not to
 * wait for them. Where both ways do, each gets its own.
 */
public final class StoreSinking implements Pass {
  @Override
  public String name() {
    return "sink-stores";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    StackUse use = new StackUse(graph, context);
    if (use.hasWildRead() || !use.wildWrites().isEmpty()) {
      return 0;
    }
    StackLiveness liveness = new StackLiveness(graph, context);
    int sunk = 0;
    for (Block block : PostOrder.reverse(graph)) {
      if (block.terminator() instanceof Terminator.Branch branch) {
        sunk += sink(graph, block, branch, use, liveness);
      }
    }
    return sunk;
  }

  private static int sink(
      Graph graph, Block block, Terminator.Branch branch, StackUse use, StackLiveness liveness) {
    List<Value> kept = new ArrayList<>(block.values());
    List<Value> moved = new ArrayList<>();
    BitSet touched = new BitSet();
    for (int i = kept.size() - 1; i >= 0; i--) {
      Value value = kept.get(i);
      StackUse.Bytes store = isStackStore(value) ? use.of(value) : null;
      boolean free =
          store != null
              && touched.get(store.from(), store.to()).isEmpty()
              && mayTake(branch.taken(), store, liveness)
              && mayTake(branch.next(), store, liveness);
      if (free) {
        moved.add(0, value);
        kept.remove(i);
      }
      use.touch(value, touched);
    }
    if (moved.isEmpty()) {
      return 0;
    }
    block.setValues(kept);
    put(graph, branch.taken(), moved, use, liveness);
    put(graph, branch.next(), moved, use, liveness);
    return moved.size();
  }

  /** Whether a way does not read the bytes, or can have the store for itself. */
  private static boolean mayTake(Block way, StackUse.Bytes store, StackLiveness liveness) {
    return way.predecessors().size() == 1 || isDead(way, store, liveness);
  }

  private static boolean isDead(Block way, StackUse.Bytes store, StackLiveness liveness) {
    return liveness.atStart(way).get(store.from(), store.to()).isEmpty();
  }

  private static boolean isStackStore(Value value) {
    return value.operation() instanceof Operation.Store store && store.region() == Region.STACK;
  }

  private static void put(
      Graph graph, Block block, List<Value> stores, StackUse use, StackLiveness liveness) {
    List<Value> values = new ArrayList<>();
    for (Value store : stores) {
      StackUse.Bytes bytes = use.of(store);
      if (isDead(block, bytes, liveness)) {
        continue;
      }
      Value copy = graph.value(store.operation(), store.operands(), store.origin());
      use.copy(store, copy);
      values.add(copy);
    }
    values.addAll(block.values());
    block.setValues(values);
  }
}
