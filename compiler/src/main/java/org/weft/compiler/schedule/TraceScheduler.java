package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;

/**
 * Schedules one trace, row by row: of what is ready the node with the longest chain behind it goes
 * first. Registers are given as the rows are filled: a node may go where a register of the lane's
 * bank is free.
 */
final class TraceScheduler {
  /** How far behind the first node that is left the others may be taken from. */
  private final int window;

  private final MachineSpec machine;
  private final LaneChoice choice;
  private final List<Node> nodes;
  private final boolean[] busy;
  private final int[] freeInBank;
  private final List<List<Schedule.Placed>> rows = new ArrayList<>();
  private int left;
  private int first;

  TraceScheduler(List<Node> nodes, Set<Integer> taken, MachineSpec machine, int window) {
    this.nodes = nodes;
    this.machine = machine;
    this.window = window;
    choice = new LaneChoice(machine.lanes());
    busy = new boolean[machine.registers()];
    freeInBank = new int[machine.lanes()];
    taken.forEach(register -> busy[register] = true);
    for (int register = 0; register < busy.length; register++) {
      freeInBank[machine.laneOf(register)] += busy[register] ? 0 : 1;
    }
    left = nodes.size();
    for (Node node : nodes) {
      node.uses().forEach(Vreg::addUser);
    }
    heights();
  }

  /**
   * The longest chain behind each node. Behind a branch no less than the rows that the effects
   * there take, with the ports and units that there are.
   */
  private void heights() {
    int[] effects = new int[3];
    for (int i = nodes.size() - 1; i >= 0; i--) {
      double height = 0;
      Node node = nodes.get(i);
      if (node.isControl()) {
        double local = Math.max(0, effects[0] - 1) / (double) machine.memoryPorts();
        height = Math.max(local, Math.max(effects[1] - 1, effects[2] - 1));
      } else if (node.isEffect()) {
        boolean map = node.region() == Region.MAP;
        effects[node.isCall() ? 2 : map ? 1 : 0]++;
      }
      for (Node.Edge edge : nodes.get(i).followers()) {
        boolean chain = nodes.get(i).isControl() && edge.to().isControl();
        double rowsBetween = chain ? 1.0 / machine.branchSlots() : edge.rows();
        height = Math.max(height, edge.to().priority() + rowsBetween);
      }
      nodes.get(i).setPriority(height);
    }
  }

  /** The rows; null when registers do not suffice. */
  List<List<Schedule.Placed>> run() {
    List<Node> ready = new ArrayList<>();
    for (Node node : nodes) {
      if (node.waiting() == 0) {
        ready.add(node);
      }
    }
    while (left > 0) {
      if (!fillRow(ready)) {
        return null;
      }
    }
    return rows;
  }

  private boolean fillRow(List<Node> ready) {
    int number = rows.size();
    RowInProgress row = new RowInProgress(machine, choice);
    boolean placed = true;
    while (placed) {
      placed = false;
      while (first < nodes.size() && nodes.get(first).row() >= 0) {
        first++;
      }
      ready.sort(
          Comparator.comparingDouble((Node node) -> -node.priority())
              .thenComparingInt(Node::index));
      for (Node node : ready) {
        boolean may = node.earliest() <= number && node.index() < first + window;
        if (may && row.add(node, this::cost)) {
          place(node, number, ready);
          placed = true;
          break;
        }
      }
    }
    if (row.nodes().isEmpty()) {
      return false;
    }
    finish(row);
    return true;
  }

  /** What it costs to write a register of a lane's bank: the more are free, the less. */
  private int cost(Node node, int lane) {
    Vreg def = node.def();
    if (def == null) {
      return 1;
    }
    if (def.physical() != Vreg.NONE) {
      return machine.laneOf(def.physical()) == lane ? 0 : -1;
    }
    return freeInBank[lane] == 0 ? -1 : 1 + 32 - freeInBank[lane];
  }

  private void place(Node node, int number, List<Node> ready) {
    node.setRow(number);
    left--;
    ready.remove(node);
    for (Vreg use : node.uses()) {
      if (use.removeUser() && isLocal(use)) {
        release(use.physical());
      }
    }
    for (Node.Edge edge : node.followers()) {
      edge.to().waitedFor(number + edge.rows());
      if (edge.to().waiting() == 0) {
        ready.add(edge.to());
      }
    }
  }

  private boolean isLocal(Vreg vreg) {
    return vreg.physical() != Vreg.NONE && !vreg.isGlobal();
  }

  private void release(int register) {
    busy[register] = false;
    freeInBank[machine.laneOf(register)]++;
  }

  private void finish(RowInProgress row) {
    int[] lanes = row.lanes(this::cost);
    Schedule.Placed[] slots = new Schedule.Placed[machine.lanes()];
    List<Integer> unused = new ArrayList<>();
    for (int i = 0; i < lanes.length; i++) {
      Vreg def = row.nodes().get(i).def();
      if (def != null && def.physical() == Vreg.NONE) {
        int register = freeRegister(lanes[i]);
        busy[register] = true;
        freeInBank[lanes[i]]--;
        def.place(register);
        if (def.users() == 0) {
          unused.add(register);
        }
      }
    }
    for (int i = 0; i < lanes.length; i++) {
      Node node = row.nodes().get(i);
      slots[lanes[i]] = new Schedule.Placed(node.slot(), node.origin());
    }
    unused.forEach(this::release);
    rows.add(Schedule.row(slots));
  }

  private int freeRegister(int lane) {
    for (int register = lane; register < busy.length; register += machine.lanes()) {
      if (!busy[register]) {
        return register;
      }
    }
    throw new IllegalStateException("no register on lane " + lane);
  }
}
