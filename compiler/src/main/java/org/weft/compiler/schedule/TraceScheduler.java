package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.weft.isa.machine.MachineSpec;

/**
 * Schedules one trace, row by row: of what is ready the node with the highest priority goes first.
 * Registers are given as the rows are filled: a node may go where a register of the lane's bank is
 * free. When none is, values are spilled.
 */
final class TraceScheduler {
  /** Nodes that come so soon take registers that are reserved. */
  private static final int SOON = 6;

  private static final Comparator<Node> ORDER =
      Comparator.comparingDouble((Node node) -> -node.priority())
          .thenComparingInt(Node::index)
          .thenComparingInt(Node::copy);

  private final Reach reach;
  private final MachineSpec machine;
  private final LaneChoice choice;
  private final List<Node> nodes;
  private final boolean[] busy;
  private final int[] freeInBank;
  private final TreeSet<Node> ready = new TreeSet<>(ORDER);
  private final List<RowInProgress> rows = new ArrayList<>();
  private final List<Schedule.Placed[]> slots = new ArrayList<>();
  private final Spills spills;
  private int free;
  private int left;
  private int first;

  /** Until this node is placed, nothing behind it takes a register; null without shortage. */
  private Node focus;

  TraceScheduler(RowScheduler.Task task) {
    nodes = task.nodes();
    machine = task.machine();
    reach = task.reach();
    choice = new LaneChoice(machine.lanes());
    busy = new boolean[machine.registers()];
    freeInBank = new int[machine.lanes()];
    task.taken().forEach(register -> busy[register] = true);
    for (int register = 0; register < busy.length; register++) {
      if (!busy[register]) {
        freeInBank[machine.laneOf(register)]++;
        free++;
      }
    }
    for (Node node : nodes) {
      node.uses().forEach(Vreg::addUser);
    }
    left = nodes.size();
    task.priority().set(nodes, task.flow(), machine);
    spills = new Spills(nodes, machine.registers(), task.room());
  }

  /** The rows; null when registers do not suffice. */
  List<List<Schedule.Placed>> run() {
    for (Node node : nodes) {
      if (node.waiting() == 0) {
        ready.add(node);
      }
    }
    while (left > 0) {
      if (!fillRow()) {
        return null;
      }
    }
    return slots.stream().map(Schedule::row).toList();
  }

  private boolean fillRow() {
    RowInProgress row = new RowInProgress(machine, choice);
    fill(row);
    while (row.nodes().isEmpty()) {
      if (!spill(row)) {
        return false;
      }
      fill(row);
    }
    rows.add(row);
    finish(row);
    return true;
  }

  private void fill(RowInProgress row) {
    boolean placed = true;
    while (placed && !row.isFull()) {
      placed = false;
      advance();
      for (Node node : ready) {
        if (may(node) && row.add(node, this::cost)) {
          place(node, rows.size());
          placed = true;
          break;
        }
      }
    }
  }

  private void advance() {
    while (first < nodes.size() && nodes.get(first).row() >= 0) {
      first++;
    }
    if (focus != null && focus.row() >= 0) {
      focus = null;
    }
  }

  private boolean may(Node node) {
    if (node.earliest() > rows.size() || node.index() >= first + reach.window()) {
      return false;
    }
    boolean takes = node.def() != null && node.def().physical() == Vreg.NONE;
    if (!takes) {
      return true;
    }
    return focus != null
        ? node.index() <= focus.index()
        : free > reach.reserve() || node.index() < first + SOON;
  }

  /** Makes room for the first node that is left, whose turn it is in any case. */
  private boolean spill(RowInProgress row) {
    focus = nodes.get(first);
    Spills.Spilled spilled = spills.spillFor(focus);
    if (spilled == null) {
      return false;
    }
    for (Node.Edge edge : spilled.reload().followers()) {
      ready.remove(edge.to());
    }
    left++;
    Vreg old = spilled.register();
    Node store = spilled.store();
    if (store == null) {
      ready.add(spilled.reload());
      release(old.physical());
      return true;
    }
    left++;
    int earlier = rowForStore(store, spills.writtenIn(old));
    if (earlier < 0) {
      row.add(store, this::cost);
      place(store, rows.size());
    } else {
      place(store, earlier);
      Schedule.Placed[] lanes = slots.get(earlier);
      int lane = 0;
      while (lanes[lane] != null) {
        lane++;
      }
      lanes[lane] = new Schedule.Placed(store.slot(), store.origin());
    }
    return true;
  }

  /** The earliest row behind another that has room for a store; negative when none has. */
  private int rowForStore(Node store, int written) {
    for (int row = written + 1; row < rows.size(); row++) {
      if (rows.get(row).addLater(store)) {
        return row;
      }
    }
    return -1;
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
    int bank = freeInBank[lane];
    if (bank == 0 && node.row() < 0) {
      bank = freedBy(node, lane);
    }
    return bank == 0 ? -1 : 1 + 32 - bank;
  }

  /** Registers of a bank that a node reads as their last reader. */
  private int freedBy(Node node, int lane) {
    int freed = 0;
    for (Vreg use : node.uses()) {
      boolean last = isLocal(use) && use.users() == node.countOf(use);
      freed += last && machine.laneOf(use.physical()) == lane ? 1 : 0;
    }
    return freed;
  }

  private void place(Node node, int number) {
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
    free++;
    spills.release(register);
  }

  private void finish(RowInProgress row) {
    int[] lanes = row.lanes(this::cost);
    Schedule.Placed[] placed = new Schedule.Placed[machine.lanes()];
    List<Integer> unused = new ArrayList<>();
    for (int i = 0; i < lanes.length; i++) {
      Vreg def = row.nodes().get(i).def();
      if (def != null && def.physical() == Vreg.NONE) {
        int register = freeRegister(lanes[i]);
        busy[register] = true;
        freeInBank[lanes[i]]--;
        free--;
        def.place(register);
        spills.hold(register, def);
        if (def.users() == 0) {
          unused.add(register);
        }
      }
    }
    for (int i = 0; i < lanes.length; i++) {
      Node node = row.nodes().get(i);
      placed[lanes[i]] = new Schedule.Placed(node.slot(), node.origin());
    }
    unused.forEach(this::release);
    slots.add(placed);
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
