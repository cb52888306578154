package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;

/**
 * What the instructions of a trace have to wait for. Arithmetic and loads may be done before the
 * branches that lead to them, and after those that do not need them.
 */
final class Dependences {
  private final TraceLowering code;
  private final Surroundings around;
  private final Live live;
  private final List<Node> nodes;
  private final Set<Long> seen = new HashSet<>();

  Dependences(TraceLowering code, Surroundings around) {
    this.code = code;
    this.around = around;
    live = around.live();
    nodes = code.nodes();
    registers();
    control();
    memory();
    tailCalls();
    leaveOut();
  }

  private void edge(Node first, Node second, int rows, boolean ordered) {
    if (first == second) {
      return;
    }
    long key = ((long) first.index() << 32 | second.index()) * 4 + rows * 2 + (ordered ? 1 : 0);
    if (seen.add(key)) {
      first.before(second, rows, ordered);
    }
  }

  private void registers() {
    Map<Vreg, Node> writer = new HashMap<>();
    Map<Vreg, List<Node>> readers = new HashMap<>();
    for (Node node : nodes) {
      for (Vreg use : node.uses()) {
        if (writer.containsKey(use)) {
          edge(writer.get(use), node, 1, false);
        }
        readers.computeIfAbsent(use, u -> new ArrayList<>()).add(node);
      }
      Vreg def = node.def();
      if (def == null) {
        continue;
      }
      for (Node reader : readers.getOrDefault(def, List.of())) {
        edge(reader, node, 0, false);
      }
      if (writer.containsKey(def)) {
        edge(writer.get(def), node, 1, false);
      }
      writer.put(def, node);
      readers.remove(def);
    }
  }

  /** The registers that hold what is needed when control leaves to a block. */
  private Set<Vreg> needed(Block target) {
    Set<Vreg> needed = new HashSet<>();
    for (Value value : live.atStart(target)) {
      if (code.globalOf(value) != null) {
        needed.add(code.globalOf(value));
      }
    }
    for (Value phi : target.phis()) {
      if (code.globalOf(phi) != null) {
        needed.add(code.globalOf(phi));
      }
    }
    return needed;
  }

  /** What the place that a branch leads to needs. */
  private record Needs(Set<Vreg> registers, BitSet stack) {
    static final Needs NOTHING = new Needs(Set.of(), new BitSet());
  }

  private void control() {
    Map<Node, Needs> needs = new HashMap<>();
    for (TraceLowering.Departure departure : code.departures()) {
      Block target = departure.target();
      if (departure.branch() != null && target != null) {
        needs.put(departure.branch(), new Needs(needed(target), around.stack().atStart(target)));
      }
    }
    List<Node> branches = new ArrayList<>();
    List<Node> others = new ArrayList<>();
    List<Node> effects = new ArrayList<>();
    for (Node node : nodes) {
      if (node.isControl()) {
        if (!branches.isEmpty()) {
          edge(branches.get(branches.size() - 1), node, 0, true);
        }
        effects.forEach(effect -> edge(effect, node, 0, true));
        effects.clear();
        Needs needed = needs.getOrDefault(node, Needs.NOTHING);
        others.stream().filter(o -> matters(o, needed)).forEach(o -> edge(o, node, 0, true));
        branches.add(node);
      } else if (node.isEffect() && !isOwnStack(node)) {
        effects.add(node);
        if (!branches.isEmpty()) {
          edge(branches.get(branches.size() - 1), node, 0, true);
        }
        if (node.def() != null) {
          others.add(node);
        }
      } else if (node.def() != null || isOwnStack(node)) {
        others.add(node);
        // The last branch that needs the old content comes behind all others.
        for (int i = branches.size() - 1; i >= 0; i--) {
          if (matters(node, needs.getOrDefault(branches.get(i), Needs.NOTHING))) {
            edge(branches.get(i), node, 0, true);
            break;
          }
        }
      }
    }
  }

  /** Whether a branch's target sees if an instruction was done. */
  private static boolean matters(Node node, Needs needs) {
    if (node.def() != null) {
      return needs.registers().contains(node.def());
    }
    Slot.Store store = (Slot.Store) node.template();
    int first = needs.stack().nextSetBit(store.offset());
    return first >= 0 && first < store.offset() + store.bytes();
  }

  /**
   * Whether it stores to a known place of the program's own stack, which is gone with the program.
   */
  private boolean isOwnStack(Node node) {
    return node.template() instanceof Slot.Store store
        && store.region() == Region.STACK
        && store.base() == Slot.NO_BASE
        && store.offset() >= around.stackFloor();
  }

  /**
   * Leaves out what nothing waits for where the trace ends by leaving: stores to the program's own
   * stack and what only they need could otherwise stand behind the last branch.
   */
  private void leaveOut() {
    if (code.next() >= 0) {
      return;
    }
    Set<Node> left = new HashSet<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      boolean free = !node.isControl() && (!node.isEffect() || isOwnStack(node));
      node.followers().removeIf(edge -> left.contains(edge.to()));
      if (free && node.followers().isEmpty()) {
        left.add(node);
      }
    }
    nodes.removeAll(left);
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).setIndex(i);
    }
  }

  /** Where an access goes, with the version of its base register. */
  private record Place(Region region, int map, Vreg base, int version, int offset, int bytes) {
    boolean isApart(Place other) {
      if (region != other.region) {
        return true;
      }
      boolean sameBase = map == other.map && base == other.base && version == other.version;
      return sameBase && (offset + bytes <= other.offset || other.offset + other.bytes <= offset);
    }
  }

  private void memory() {
    Map<Vreg, Integer> versions = new HashMap<>();
    Map<Node, Place> places = new HashMap<>();
    List<Node> earlier = new ArrayList<>();
    for (Node node : nodes) {
      if (node.region() != null) {
        places.put(node, place(node, versions));
      }
      if (node.region() != null || node.isCall() || node.readsFact()) {
        for (Node other : earlier) {
          int rows = distance(other, node, places);
          if (rows >= 0) {
            edge(other, node, rows, false);
          }
        }
        earlier.add(node);
      }
      if (node.def() != null) {
        versions.merge(node.def(), 1, Integer::sum);
      }
    }
  }

  private static Place place(Node node, Map<Vreg, Integer> versions) {
    Slot slot = node.template();
    boolean based = true;
    int offset;
    int bytes;
    if (slot instanceof Slot.Load load) {
      based = load.base() != Slot.NO_BASE;
      offset = load.offset();
      bytes = load.bytes();
    } else if (slot instanceof Slot.Store store) {
      based = store.base() != Slot.NO_BASE;
      offset = store.offset();
      bytes = store.bytes();
    } else {
      based = ((Slot.Atomic) slot).base() != Slot.NO_BASE;
      offset = ((Slot.Atomic) slot).offset();
      bytes = ((Slot.Atomic) slot).is32() ? 4 : 8;
    }
    Vreg base = based ? node.uses().get(0) : null;
    return new Place(
        node.region(), node.map(), base, versions.getOrDefault(base, 0), offset, bytes);
  }

  /** Rows that the second of two has to keep from the first; negative when they may be swapped. */
  private static int distance(Node first, Node second, Map<Node, Place> places) {
    if (first.isCall() && second.isCall()) {
      return 1;
    }
    if (first.isCall()) {
      return aroundCall(first, second, true);
    }
    if (second.isCall()) {
      return aroundCall(second, first, false);
    }
    if (first.readsFact() || second.readsFact()) {
      return -1;
    }
    if (isOrdering(first) || isOrdering(second)) {
      return first.region() == second.region() ? 1 : -1;
    }
    if (first.region() == Region.MAP
        && second.region() == Region.MAP
        && first.map() != 0
        && second.map() != 0
        && first.map() != second.map()) {
      return -1;
    }
    boolean firstWrites = !(first.template() instanceof Slot.Load);
    boolean secondWrites = !(second.template() instanceof Slot.Load);
    if (!firstWrites && !secondWrites || places.get(first).isApart(places.get(second))) {
      return -1;
    }
    return firstWrites ? 1 : 0;
  }

  /** An atomic operation that yields the old value orders what stands around it. */
  private static boolean isOrdering(Node node) {
    return node.template() instanceof Slot.Atomic atomic && atomic.fetch();
  }

  /** How an access or read of a fact and a call keep their order. */
  private static int aroundCall(Node call, Node other, boolean callFirst) {
    if (call.isTailCall()) {
      return 1;
    }
    boolean writes = !(other.template() instanceof Slot.Load);
    if (call.movesBounds()) {
      boolean concerned = other.readsFact() || other.region() == Region.PACKET;
      return concerned || other.region() == Region.MAP && writes ? 1 : -1;
    }
    if (other.readsFact()) {
      return -1;
    }
    if (other.region() == Region.MAP) {
      // What others may write is not moved across calls, but for those that have nothing to do
      // with maps.
      boolean touchesMaps = call.helper().touchesMaps();
      boolean inMap =
          ((Slot.Call) call.template()).regions().contains(Region.MAP)
              || call.helper().commitsRecord();
      return callFirst && touchesMaps || writes || inMap ? 1 : touchesMaps ? 0 : -1;
    }
    if (writes(call.helper(), other.region())) {
      return callFirst || writes ? 1 : 0;
    }
    boolean seen = writes && reads(call, other);
    return seen ? 1 : -1;
  }

  private static boolean writes(HelperFunction helper, Region region) {
    return region == Region.PACKET
        ? helper == HelperFunction.XDP_STORE_BYTES
        : helper.writesMemory();
  }

  /** Whether a call may read what a store writes. */
  private static boolean reads(Node call, Node store) {
    Slot.Call slot = (Slot.Call) call.template();
    if (store.region() == Region.PACKET
        && (slot.helper() == HelperFunction.PERF_EVENT_OUTPUT
            || slot.helper() == HelperFunction.XDP_LOAD_BYTES)) {
      return true;
    }
    if (!slot.regions().contains(store.region())) {
      return false;
    }
    if (store.region() != Region.STACK
        || call.stackRead() == null
        || !(store.template() instanceof Slot.Store bytes)
        || bytes.base() != Slot.NO_BASE) {
      return true;
    }
    int first = call.stackRead().nextSetBit(bytes.offset());
    return first >= 0 && first < bytes.offset() + bytes.bytes();
  }

  private void tailCalls() {
    for (Node call : nodes) {
      if (call.isTailCall()) {
        for (Node other : nodes) {
          if (other.index() < call.index() && !other.isControl() && other.isEffect()) {
            edge(other, call, 0, true);
          } else if (other.index() > call.index()) {
            edge(call, other, 1, false);
          }
        }
      }
    }
  }
}
