package org.weft.sim.rows;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.check.Conflicts;
import org.weft.compiler.check.Meaning;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * The fewest rows in which the operations on one path through a graph can be done.
 *
 * <p>Counted are the path's branches, its effects and what they compute with; stores to the
 * program's own stack only if the path reads them. Every operation takes a row, but it may stand in
 * the row of the branch or effect before it. Constants that an instruction cannot hold take an
 * instruction. Copies, spills and lanes' banks are not counted, so the bound may be out of reach.
 */
final class Bound {
  private final MachineSpec machine;
  private final Meaning meaning;
  private final Conflicts conflicts;
  private final List<Op> ops = new ArrayList<>();
  private final Set<Long> constants = new HashSet<>();
  private int height;
  private int sharp;

  /** An operation on the path. */
  private static final class Op {
    final Value value;
    final Terminator end;
    final List<Op> operands = new ArrayList<>();
    final List<Long> constants = new ArrayList<>();
    boolean needed;
    boolean free;
    int row;
    int sharp;
    int index;

    /** All operations that it waits for, and those of them that stand in earlier rows. */
    final BitSet all = new BitSet();

    final BitSet earlier = new BitSet();

    Op(Value value, Terminator end) {
      this.value = value;
      this.end = end;
    }

    void waitFor(Op other, int rows) {
      row = Math.max(row, other.row + rows);
      sharp = Math.max(sharp, other.sharp + rows);
      earlier.or(rows > 0 ? other.all : other.earlier);
      all.or(other.all);
      all.set(other.index);
      if (rows > 0) {
        earlier.set(other.index);
      }
    }

    boolean isEffect() {
      return value != null && !value.operation().isPure();
    }

    boolean isRead() {
      return value != null
          && (value.operation() instanceof Operation.Load
              || value.operation() instanceof Operation.ReadFact);
    }
  }

  /**
   * @param decisions for each branch on the path whether it goes to its taken side; tail calls are
   *     in it, too: whether they leave
   */
  Bound(Graph graph, List<MapDefinition> maps, MachineSpec machine, Decisions decisions) {
    this.machine = machine;
    meaning = new Meaning(graph);
    conflicts = new Conflicts(meaning, maps);
    walk(graph, decisions);
    need();
    place();
  }

  /** Says where control goes. */
  interface Decisions {
    /** Whether a branch goes to its taken side. */
    boolean isTaken(Terminator.Branch branch);

    /** Whether a tail call leaves. */
    boolean leaves();
  }

  /** Rows that the longest chain of operations takes. */
  int height() {
    return height;
  }

  /**
   * Rows when units are counted for what stands before an operation, and for what stands behind a
   * row, too: at least the other two.
   */
  int sharp() {
    return sharp;
  }

  /** What has to be done, by the row in which it can be done first. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < height; row++) {
      StringBuilder line = new StringBuilder(String.format("from %d:", row));
      for (Op op : ops) {
        if (op.needed && !op.free && op.row == row) {
          line.append(" | ").append(text(op));
        }
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static String text(Op op) {
    if (op.end instanceof Terminator.Branch branch) {
      return "if " + branch.a() + " " + branch.condition().symbol() + " " + branch.b();
    } else if (op.end instanceof Terminator.Exit exit) {
      return "exit " + exit.verdict();
    }
    Operation operation = op.value.operation();
    String name = operation.getClass().getSimpleName();
    if (operation instanceof Operation.Alu alu) {
      name = alu.opcode().mnemonic();
    } else if (operation instanceof Operation.Call call) {
      name = call.helper().functionName();
    } else if (operation.region() != null) {
      name += 8 * operation.bytes() + " " + operation.region().label() + "+" + operation.offset();
    }
    return op.value + " = " + name + " " + op.value.operands();
  }

  /** Rows that each unit takes, with its name. */
  Map<String, Integer> slots() {
    return slots(ops, constants.stream().mapToInt(c -> c == (int) (long) c ? 1 : 2).sum());
  }

  private Map<String, Integer> slots(List<Op> some, int more) {
    Map<Unit, Integer> units = new HashMap<>();
    int all = more;
    int local = 0;
    int shared = 0;
    for (Op op : some) {
      if (!op.needed || op.free) {
        continue;
      }
      all++;
      Region region = op.value == null ? null : op.value.operation().region();
      local += region != null && region != Region.MAP ? 1 : 0;
      shared += region == Region.MAP ? 1 : 0;
      units.merge(unit(op), 1, Integer::sum);
    }
    Map<String, Integer> rows = new HashMap<>();
    rows.put("lanes", rows(all, machine.lanes()));
    rows.put("ports", rows(local, machine.memoryPorts()));
    rows.put("map port", shared);
    rows.put("branches", rows(units.getOrDefault(Unit.BRANCH, 0), machine.branchSlots()));
    rows.put("shifters", rows(units.getOrDefault(Unit.SHIFTER, 0), machine.shifters()));
    rows.put("multipliers", rows(units.getOrDefault(Unit.MULTIPLIER, 0), machine.multipliers()));
    rows.put("divider", units.getOrDefault(Unit.DIVIDER, 0));
    rows.put("atomics", units.getOrDefault(Unit.ATOMIC, 0));
    rows.put("calls", units.getOrDefault(Unit.CALL, 0));
    return rows;
  }

  private static int rows(int count, int units) {
    return count == 0 ? 0 : (count + units - 1) / units;
  }

  private static Unit unit(Op op) {
    if (op.end != null) {
      return Unit.BRANCH;
    }
    Operation operation = op.value.operation();
    if (operation instanceof Operation.Alu alu) {
      return alu.opcode().unit();
    } else if (operation instanceof Operation.Call || operation instanceof Operation.TailCall) {
      return Unit.CALL;
    } else if (operation instanceof Operation.Atomic) {
      return Unit.ATOMIC;
    }
    return operation.region() == null ? Unit.ALU : Unit.MEMORY;
  }

  // The path.

  private void walk(Graph graph, Decisions decisions) {
    Map<Value, Op> latest = new HashMap<>();
    Block block = graph.entry();
    while (true) {
      for (Value value : block.values()) {
        Op op = add(value, null, value.operands(), latest);
        if (value.operation().hasResult()) {
          latest.put(value, op);
        }
        if (value.operation() instanceof Operation.TailCall && decisions.leaves()) {
          return;
        }
      }
      Terminator end = block.terminator();
      if (end instanceof Terminator.Exit exit) {
        Op before = ops.isEmpty() ? null : ops.get(ops.size() - 1);
        Op op = add(null, exit, List.of(exit.verdict()), latest);
        // A branch to nothing but an exit is an exit with a condition.
        op.free = before != null && before.end != null && block.values().isEmpty();
        return;
      }
      Block next = end.successors().get(0);
      if (end instanceof Terminator.Branch branch) {
        add(null, branch, branch.operands(), latest);
        next = decisions.isTaken(branch) ? branch.taken() : branch.next();
      }
      int from = next.predecessors().indexOf(block);
      Map<Value, Op> phis = new HashMap<>();
      next.phis().forEach(phi -> phis.put(phi, latest.get(phi.operand(from))));
      latest.putAll(phis);
      block = next;
    }
  }

  private Op add(Value value, Terminator end, List<Value> operands, Map<Value, Op> latest) {
    Op op = new Op(value, end);
    op.free = value != null && value.operation() instanceof Operation.Parameter;
    for (int i = 0; i < operands.size(); i++) {
      Value operand = operands.get(i);
      Op source = latest.get(operand);
      if (source != null) {
        op.operands.add(source);
      } else if (operand.isConstant() && !holds(value, end, i, operand.constant())) {
        op.constants.add(operand.constant());
      }
    }
    op.index = ops.size();
    ops.add(op);
    return op;
  }

  /** Whether an instruction holds a constant operand itself. */
  private static boolean holds(Value value, Terminator end, int index, long number) {
    boolean fits = number == (int) number;
    if (end instanceof Terminator.Exit) {
      return number >= 0 && number < 128;
    } else if (end instanceof Terminator.Branch branch) {
      return index == 1 && (fits || branch.is32() && number >>> 32 == 0);
    }
    Operation operation = value.operation();
    if (operation instanceof Operation.Alu alu) {
      return index == value.size() - 1 && (fits || alu.is32() && number >>> 32 == 0);
    } else if (operation instanceof Operation.Store store && index == 1) {
      int spare = 64 - 8 * store.bytes();
      long signed = number << spare >> spare;
      return store.map() == 0 && signed == (short) signed;
    } else if (operation instanceof Operation.Atomic && index == 1) {
      return number >= 0 && number < 32;
    } else if (operation instanceof Operation.Call call) {
      return holds(call, index, number);
    }
    return operation.region() != null && index == 0 && number == 0;
  }

  private static boolean holds(Operation.Call call, int index, long number) {
    int operand = 0;
    int memory = 0;
    for (HelperFunction.Arg arg : call.helper().args()) {
      if (arg == HelperFunction.Arg.CONTEXT) {
        continue;
      }
      boolean onStack = arg.isMemory() && call.regions().get(memory++) == Region.STACK;
      if (operand++ == index) {
        int place = (short) number;
        return arg == HelperFunction.Arg.MAP && number >= 1 && number <= Slot.Call.MAX_MAP
            || onStack
                && memory == 1
                && place >= 0
                && place <= Slot.Call.MAX_ADDRESS
                && place % 4 == 0;
      }
    }
    return false;
  }

  // What has to be done.

  private void need() {
    for (int i = ops.size() - 1; i >= 0; i--) {
      Op op = ops.get(i);
      boolean ownStore = op.value != null && meaning.isOwnStack(op.value);
      op.needed |= op.end != null || op.isEffect() && (!ownStore || isRead(i));
      if (op.needed) {
        op.operands.forEach(operand -> operand.needed = true);
        constants.addAll(op.constants);
      }
    }
    for (Op op : ops) {
      if (op.isRead() && op.value.operation() instanceof Operation.ReadFact) {
        op.free = ops.stream().filter(o -> o.needed).allMatch(o -> readsItself(o, op));
      }
    }
  }

  private boolean isRead(int store) {
    BitSet bytes = new BitSet();
    int from = meaning.stackPlace(ops.get(store).value);
    bytes.set(from, from + ops.get(store).value.operation().bytes());
    for (Op op : ops.subList(store + 1, ops.size())) {
      if (op.value == null || !op.needed) {
        continue;
      }
      if (meaning.isOwnStack(op.value)) {
        int start = meaning.stackPlace(op.value);
        bytes.clear(start, start + op.value.operation().bytes());
      } else if ((op.isEffect() || op.value.operation() instanceof Operation.Load)
          && conflicts.reads(op.value, bytes)) {
        return true;
      }
    }
    return false;
  }

  /** Whether an operation that has a fact for an operand reads it without a register. */
  private static boolean readsItself(Op op, Op fact) {
    if (!op.operands.contains(fact)) {
      return true;
    }
    Value last =
        op.end instanceof Terminator.Branch branch
            ? branch.b()
            : op.value != null
                    && op.value.operation() instanceof Operation.Alu
                    && op.value.size() == 2
                ? op.value.operand(1)
                : null;
    return last != null && last.isConstant() && op.constants.isEmpty();
  }

  // Where it can be done.

  private void place() {
    List<Op> before = new ArrayList<>();
    List<Op> branches = new ArrayList<>();
    List<Op> effects = new ArrayList<>();
    for (Op op : ops) {
      if (!op.needed) {
        continue;
      }
      for (Op operand : op.operands) {
        op.waitFor(operand, operand.free ? 0 : 1);
      }
      for (long constant : op.constants) {
        int made = constant == (int) constant ? 1 : 2;
        op.row = Math.max(op.row, made);
        op.sharp = Math.max(op.sharp, made);
      }
      boolean ownStore = op.value != null && meaning.isOwnStack(op.value);
      if (!branches.isEmpty() && (op.end != null || op.isEffect() && !ownStore)) {
        op.waitFor(branches.get(branches.size() - 1), 0);
      }
      if (op.end != null) {
        effects.forEach(effect -> op.waitFor(effect, 0));
        int spare = branches.size() - machine.branchSlots();
        if (spare >= 0 && !op.free) {
          op.waitFor(branches.get(spare), 1);
        }
      }
      for (Op other : before) {
        int rows = between(other, op);
        if (rows >= 0) {
          op.waitFor(other, rows);
        }
      }
      sharpen(op);
      if (op.end != null && !op.free) {
        branches.add(op);
      } else if (op.isEffect() || op.isRead()) {
        before.add(op);
        if (op.isEffect() && !ownStore) {
          effects.add(op);
        }
      }
      height = Math.max(height, op.row + 1);
    }
    sharp = Math.max(height, slots().values().stream().max(Integer::compare).orElse(0));
    for (int row = 0; row <= sharp; row++) {
      List<Op> late = new ArrayList<>();
      for (Op op : ops) {
        if (op.needed && op.sharp >= row) {
          late.add(op);
        }
      }
      sharp = Math.max(sharp, row + most(late));
    }
  }

  /** What an operation waits for takes rows, too. */
  private void sharpen(Op op) {
    List<Op> earlier = new ArrayList<>();
    op.earlier.stream().mapToObj(ops::get).forEach(earlier::add);
    op.sharp = Math.max(op.sharp, most(earlier));
  }

  /** Rows that operations take on the unit of which they need most. */
  private int most(List<Op> some) {
    return slots(some, 0).values().stream().max(Integer::compare).orElse(0);
  }

  /** Rows that one operation has to wait for another because of memory; negative if none. */
  private int between(Op first, Op second) {
    int none = -1;
    if (second.value == null || !second.isEffect() && !second.isRead()) {
      return none;
    }
    if (first.isEffect() && second.isEffect()) {
      boolean row = conflicts.needsRow(first.value, second.value);
      return row ? 1 : conflicts.clash(first.value, second.value) ? 0 : none;
    } else if (first.isEffect()) {
      return conflicts.spoils(first.value, second.value) ? 1 : none;
    } else if (second.isEffect()) {
      return conflicts.spoils(second.value, first.value) ? 0 : none;
    }
    return none;
  }
}
