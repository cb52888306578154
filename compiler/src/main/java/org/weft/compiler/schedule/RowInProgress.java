package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.List;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;

/** A row while it is being filled: what stands in it and what of the machine is used. */
final class RowInProgress {
  private final MachineSpec machine;
  private final LaneChoice choice;
  private final List<Node> nodes = new ArrayList<>();
  private final int[] used = new int[Unit.values().length];
  private int ways;
  private int local;
  private int shared;

  RowInProgress(MachineSpec machine, LaneChoice choice) {
    this.machine = machine;
    this.choice = choice;
  }

  List<Node> nodes() {
    return nodes;
  }

  boolean isFull() {
    return nodes.size() == machine.lanes();
  }

  private int limit(Unit unit) {
    return switch (unit) {
      case ALU, MEMORY -> machine.lanes();
      case SHIFTER -> machine.shifters();
      case MULTIPLIER -> machine.multipliers();
      case DIVIDER -> machine.dividers();
      case ATOMIC -> machine.atomics();
      case BRANCH -> machine.branchSlots();
      case CALL -> 1;
    };
  }

  private boolean hasUnits(Node node) {
    Region region = node.region();
    boolean port =
        region == null || (region == Region.MAP ? shared == 0 : local < machine.memoryPorts());
    boolean way = !node.unit().sharesOperandWays() || ways < machine.operandWays();
    return port && way && used[node.unit().ordinal()] < limit(node.unit());
  }

  /** Puts a node into the row, if that is possible. */
  boolean add(Node node, LaneChoice.Cost cost) {
    if (nodes.size() == machine.lanes() || !hasUnits(node) || conflicts(node)) {
      return false;
    }
    nodes.add(node);
    if (lanes(cost) == null) {
      nodes.remove(nodes.size() - 1);
      return false;
    }
    used[node.unit().ordinal()]++;
    ways += node.unit().sharesOperandWays() ? 1 : 0;
    if (node.region() == Region.MAP) {
      shared++;
    } else if (node.region() != null) {
      local++;
    }
    return true;
  }

  /**
   * Puts a store to the stack that nothing in the row waits for, when all others have their lanes.
   */
  boolean addLater(Node store) {
    if (nodes.size() == machine.lanes() || !hasUnits(store) || hasCall() || mayOverlap(store)) {
      return false;
    }
    nodes.add(store);
    used[store.unit().ordinal()]++;
    local++;
    return true;
  }

  private boolean hasCall() {
    return nodes.stream().anyMatch(Node::isCall);
  }

  /** The lanes of the nodes, or null when there is no way. */
  int[] lanes(LaneChoice.Cost cost) {
    int[] before = new int[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      for (Node.Edge edge : nodes.get(i).followers()) {
        int other = edge.ordered() ? nodes.indexOf(edge.to()) : -1;
        if (other >= 0) {
          before[other] |= 1 << i;
        }
      }
      if (nodes.get(i).isTailCall()) {
        before[i] |= (1 << nodes.size()) - 1 & ~(1 << i);
      }
    }
    return choice.choose(nodes, before, cost);
  }

  /** Rules that are not about units: a call reads memory as before the row, whatever is killed. */
  private boolean conflicts(Node node) {
    if (mayOverlap(node)) {
      return true;
    }
    Node call = node.isCall() ? node : null;
    for (Node other : nodes) {
      call = other.isCall() ? other : call;
      boolean bounds = node.movesBounds() || other.movesBounds();
      boolean concerned = isLocal(node) || isLocal(other) || node.readsFact() || other.readsFact();
      if (bounds && concerned) {
        return true;
      }
    }
    return call != null && storesBeforeBranch(node, call);
  }

  private static boolean isLocal(Node node) {
    return node.region() != null && node.region() != Region.MAP;
  }

  /** Whether a row would have two stores to the stack, one of them at an unknown place. */
  private boolean mayOverlap(Node node) {
    return storesToStack(node)
        && nodes.stream()
            .anyMatch(o -> storesToStack(o) && !(isAtKnownPlace(node) && isAtKnownPlace(o)));
  }

  private static boolean storesToStack(Node node) {
    return node.region() == Region.STACK && node.isEffect();
  }

  private static boolean isAtKnownPlace(Node node) {
    return node.template() instanceof Slot.Store store
        ? store.base() == Slot.NO_BASE
        : ((Slot.Atomic) node.template()).base() == Slot.NO_BASE;
  }

  private static boolean reads(Node call, Region region) {
    return region != null
        && call.template() instanceof Slot.Call slot
        && slot.regions().contains(region);
  }

  private boolean storesBeforeBranch(Node node, Node call) {
    List<Node> all = new ArrayList<>(nodes);
    all.add(node);
    boolean branch = all.stream().anyMatch(Node::isControl);
    boolean stores = all.stream().anyMatch(n -> reads(call, n.region()) && n.isEffect());
    return branch && stores;
  }
}
