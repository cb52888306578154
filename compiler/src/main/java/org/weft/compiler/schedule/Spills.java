package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

/**
 * Frees registers while the rows of a trace are filled: a value whose next use is far away goes to
 * the stack, or is made again if it is a constant. Its uses then wait for another register, which
 * is written shortly before them.
 */
final class Spills {
  /** A value on the stack already, or a constant, counts as needed so many instructions later. */
  private static final int CHEAP = 12;

  private final SpillRoom room;
  private final Vreg[] holders;
  private final Map<Vreg, List<Node>> readers = new HashMap<>();
  private final Map<Vreg, Node> writers = new HashMap<>();
  private final Map<Vreg, Integer> addresses = new HashMap<>();
  private int count;

  Spills(List<Node> nodes, int registers, SpillRoom room) {
    this.room = room;
    holders = new Vreg[registers];
    for (Node node : nodes) {
      note(node);
    }
  }

  private void note(Node node) {
    for (Vreg use : node.uses()) {
      readers.computeIfAbsent(use, u -> new ArrayList<>()).add(node);
    }
    if (node.def() != null) {
      writers.put(node.def(), node);
    }
  }

  void hold(int register, Vreg vreg) {
    holders[register] = vreg;
  }

  void release(int register) {
    holders[register] = null;
  }

  /**
   * A value that left its register.
   *
   * @param register the one it had
   * @param store what puts it on the stack; null when nothing has to
   * @param reload what brings it back
   */
  record Spilled(Vreg register, Node store, Node reload) {}

  /** Takes a value out of its register, one that a node does not need; null if there is none. */
  Spilled spillFor(Node wanting) {
    Set<Vreg> kept = new HashSet<>(wanting.uses());
    Vreg victim = null;
    int farthest = -1;
    for (Vreg vreg : holders) {
      if (vreg == null || kept.contains(vreg) || left(vreg).isEmpty()) {
        continue;
      }
      int next = nextUse(left(vreg)) + (isCheap(vreg) ? CHEAP : 0);
      if (next > farthest) {
        farthest = next;
        victim = vreg;
      }
    }
    return victim == null ? null : spill(victim);
  }

  /** The row in which a register got its value. */
  int writtenIn(Vreg vreg) {
    return writers.get(vreg).row();
  }

  private List<Node> left(Vreg vreg) {
    List<Node> nodes = readers.getOrDefault(vreg, List.of());
    nodes.removeIf(node -> node.row() >= 0);
    return nodes;
  }

  private static int nextUse(List<Node> nodes) {
    return nodes.stream().mapToInt(Node::index).min().orElse(Integer.MAX_VALUE);
  }

  private boolean isCheap(Vreg vreg) {
    return addresses.containsKey(vreg) || writers.get(vreg).again(0, 0, vreg) != null;
  }

  private Spilled spill(Vreg victim) {
    count++;
    room.use();
    List<Node> users = List.copyOf(left(victim));
    int place = nextUse(users);
    int origin = writers.get(victim).origin();
    Vreg again = Vreg.local();
    Node reload = writers.get(victim).again(place, count, again);
    Node store = null;
    if (reload == null) {
      Integer known = addresses.get(victim);
      int address = known != null ? known : room.place();
      if (known == null) {
        store = new Node(place, count, storing(address), null, List.of(victim), origin);
      }
      reload = new Node(place, count, loading(address), again, List.of(), origin);
      addresses.put(again, address);
    }
    double priority = 0;
    for (Node user : new HashSet<>(users)) {
      for (Vreg use : user.uses()) {
        if (use == victim) {
          victim.removeUser();
          again.addUser();
        }
      }
      user.replaceUse(victim, again);
      reload.before(user, 1, false);
      priority = Math.max(priority, user.priority() + 1);
    }
    reload.setPriority(priority);
    readers.remove(victim);
    note(reload);
    readers.put(again, new ArrayList<>(users));
    if (store != null) {
      store.setPriority(priority + 1);
      store.before(reload, 1, false);
      victim.addUser();
    }
    return new Spilled(victim, store, reload);
  }

  private static Node.Maker storing(int address) {
    return (dst, uses) ->
        new Slot.Store(Region.STACK, Slot.NO_BASE, address, 8, false, Operand.register(uses[0]));
  }

  private static Node.Maker loading(int address) {
    return (dst, uses) -> new Slot.Load(dst, Region.STACK, Slot.NO_BASE, address, 8, false, false);
  }
}
