package org.weft.sim.rows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * Rows in flat arrays, such that executing one operation after the other has the effect of
 * executing all slots of a row at once.
 *
 * <p>Loads and facts come first, so that they read memory and bounds as they were; then the slots
 * follow in order, within a stretch between branches calls before stores. A slot whose register a
 * later one reads writes a temporary register, which is copied at the end of the row; a branch that
 * is taken first does the copies that are due at its place, in a stub of its own.
 *
 * <p>Stepped rows stop at the end of each row, and leave accesses of map values to others.
 */
final class FlatRows {
  static final int MACHINE_REGISTERS = 32;

  /** Registers that hold the facts, by ordinal. */
  static final int FIRST_FACT = 2 * MACHINE_REGISTERS;

  private static final int FIRST_CONSTANT = FIRST_FACT + Fact.values().length;

  private record Op(int op, int dst, int a, int b, int extra, int row, Slot slot) {}

  private record Patch(int index, int row) {}

  private final List<Op> ops = new ArrayList<>();
  private final List<Patch> patches = new ArrayList<>();
  private final List<Runnable> stubs = new ArrayList<>();
  private final Map<Long, Integer> constants = new HashMap<>();
  private final boolean stepped;
  private final int[] starts;

  final int[] op;
  final int[] dst;
  final int[] a;
  final int[] b;

  /** Jump target, or memory offset. */
  final int[] extra;

  /** The row an operation belongs to. */
  final int[] row;

  /** What does not fit numbers: memory accesses, calls. */
  final Slot[] slot;

  /** Initial values of all registers. */
  final long[] registers;

  FlatRows(ProgramImage image) {
    this(image, false);
  }

  FlatRows(ProgramImage image, boolean stepped) {
    this.stepped = stepped;
    List<Row> rows = image.rows();
    starts = new int[rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      starts[i] = ops.size();
      flatten(i, rows.get(i));
      if (stepped) {
        next(i, i + 1);
      }
    }
    stubs.forEach(Runnable::run);
    int[] targets = stepped ? ends(rows.size()) : starts;
    for (Patch patch : patches) {
      Op old = ops.get(patch.index());
      ops.set(
          patch.index(),
          new Op(
              old.op(), old.dst(), old.a(), old.b(), targets[patch.row()], old.row(), old.slot()));
    }
    op = ops.stream().mapToInt(Op::op).toArray();
    dst = ops.stream().mapToInt(Op::dst).toArray();
    a = ops.stream().mapToInt(Op::a).toArray();
    b = ops.stream().mapToInt(Op::b).toArray();
    extra = ops.stream().mapToInt(Op::extra).toArray();
    row = ops.stream().mapToInt(Op::row).toArray();
    slot = ops.stream().map(Op::slot).toArray(Slot[]::new);
    registers = new long[FIRST_CONSTANT + constants.size()];
    constants.forEach((value, index) -> registers[index] = value);
  }

  private void next(int from, int to) {
    add(MicroOp.NEXT, 0, 0, 0, to, from, Slot.Nop.NOP);
  }

  /** Where jumps go in stepped rows: for each row, the end of the one that leads to it. */
  private int[] ends(int rows) {
    int[] ends = new int[rows];
    for (int i = 0; i < rows; i++) {
      ends[i] = ops.size();
      next(i, i);
    }
    return ends;
  }

  /** Index of a row's first operation. */
  int start(int rowNumber) {
    return starts[rowNumber];
  }

  private int operand(Operand operand) {
    return operand.isRegister() ? operand.value() : constant(operand.value());
  }

  private int constant(long value) {
    return constants.computeIfAbsent(value, v -> FIRST_CONSTANT + constants.size());
  }

  private static int left(int a) {
    return a < Slot.FIRST_FACT ? a : FIRST_FACT + a - Slot.FIRST_FACT;
  }

  private static boolean isControl(Slot slot) {
    return slot instanceof Slot.Branch || slot instanceof Slot.Exit;
  }

  /** Whether it reads what other slots of its row may change. */
  private boolean isEarly(Slot slot) {
    if (slot instanceof Slot.Load load) {
      return !stepped || load.region() != Region.MAP;
    }
    return slot instanceof Slot.ReadFact;
  }

  private static int rank(Slot slot) {
    return slot instanceof Slot.Store || slot instanceof Slot.Atomic ? 1 : 0;
  }

  /** The slots of a row in an order in which each may be executed in turn. */
  private List<Slot> order(Row row) {
    List<Slot> order = new ArrayList<>();
    List<Slot> stretch = new ArrayList<>();
    for (Slot slot : row.slots()) {
      if (isEarly(slot)) {
        order.add(slot);
      }
    }
    for (Slot slot : row.slots()) {
      if (isEarly(slot) || slot instanceof Slot.Nop) {
        continue;
      }
      if (isControl(slot) || slot instanceof Slot.TailCall) {
        stretch.sort((x, y) -> rank(x) - rank(y));
        order.addAll(stretch);
        stretch.clear();
        order.add(slot);
      } else {
        stretch.add(slot);
      }
    }
    stretch.sort((x, y) -> rank(x) - rank(y));
    order.addAll(stretch);
    return order;
  }

  private void flatten(int number, Row row) {
    List<Slot> order = order(row);
    boolean controlled = row.slots().stream().anyMatch(FlatRows::isControl);
    List<Slot> pending = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      Slot slot = order.get(i);
      if (isControl(slot)) {
        control(number, slot, due(pending, slot, row));
        continue;
      }
      if (slot instanceof Slot.TailCall tail) {
        // It reads as before the row; what is due is copied behind it, where it finds no program.
        add(MicroOp.TAIL_CALL, 0, tail.map(), tail.index(), 0, number, slot);
        continue;
      }
      boolean early = isEarly(slot) && controlled;
      boolean rename = slot.writes() != 0 && (early || isReadLater(slot, order, i));
      if (rename) {
        pending.add(slot);
      }
      effect(number, slot, rename);
    }
    pending.forEach(p -> copy(number, p));
    if (ops.size() == starts[number]) {
      // An empty row counts as executed, too.
      add(MicroOp.MOV, 0, 0, 0, 0, number, Slot.Nop.NOP);
    }
  }

  private static boolean isReadLater(Slot slot, List<Slot> order, int index) {
    for (int j = index + 1; j < order.size(); j++) {
      if ((order.get(j).reads() & slot.writes()) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Copies that are due where a branch is taken: those of slots before it. */
  private static List<Slot> due(List<Slot> pending, Slot control, Row row) {
    List<Slot> due = new ArrayList<>();
    for (Slot slot : row.slots()) {
      if (slot == control) {
        break;
      }
      if (pending.contains(slot)) {
        due.add(slot);
      }
    }
    return due;
  }

  private void copy(int number, Slot slot) {
    int register = Integer.numberOfTrailingZeros(slot.writes());
    add(MicroOp.MOV, register, 0, register + MACHINE_REGISTERS, 0, number, slot);
  }

  private void add(int operation, int to, int left, int right, int more, int number, Slot slot) {
    ops.add(new Op(operation, to, left, right, more, number, slot));
  }

  private void control(int number, Slot slot, List<Slot> due) {
    boolean exit = slot instanceof Slot.Exit;
    Opcode opcode = slot.opcode();
    boolean always = opcode.condition() == Condition.ALWAYS;
    boolean is32 = exit ? ((Slot.Exit) slot).is32() : ((Slot.Branch) slot).is32();
    int a = exit ? ((Slot.Exit) slot).a() : ((Slot.Branch) slot).a();
    int left = left(a);
    Operand right = exit ? ((Slot.Exit) slot).b() : ((Slot.Branch) slot).b();
    int jump =
        MicroOp.JUMP + opcode.condition().ordinal() + (is32 && !always ? MicroOp.NARROW_JUMP : 0);
    if (exit && always) {
      // The verdict is read as before the row, so copies that are due do not matter.
      exit(number, (Slot.Exit) slot);
    } else if (!exit && due.isEmpty()) {
      patches.add(new Patch(ops.size(), ((Slot.Branch) slot).target()));
      add(jump, 0, left, operand(right), 0, number, slot);
    } else {
      int at = ops.size();
      add(jump, 0, left, operand(right), 0, number, slot);
      stubs.add(() -> stub(at, number, slot, due));
    }
  }

  private void stub(int from, int number, Slot slot, List<Slot> due) {
    Op old = ops.get(from);
    ops.set(from, new Op(old.op(), 0, old.a(), old.b(), ops.size(), number, slot));
    if (slot instanceof Slot.Exit exit) {
      exit(number, exit);
      return;
    }
    due.forEach(p -> copy(number, p));
    patches.add(new Patch(ops.size(), ((Slot.Branch) slot).target()));
    add(MicroOp.JUMP, 0, 0, constant(0), 0, number, slot);
  }

  private void exit(int number, Slot.Exit exit) {
    add(MicroOp.EXIT, 0, 0, operand(exit.verdict()), 0, number, exit);
  }

  private void effect(int number, Slot slot, boolean rename) {
    int shift = rename ? MACHINE_REGISTERS : 0;
    if (stepped && isUnlock(slot)) {
      // It is a store of zero to the lock.
      int lock = ((Slot.Call) slot).arguments().get(0);
      Slot store =
          new Slot.Store(Region.MAP, lock, 0, MapDefinition.LOCK_BYTES, false, Operand.constant(0));
      add(MicroOp.MAP_ACCESS, 0, 0, 0, 0, number, store);
    } else if (stepped && isMapAccess(slot)) {
      add(MicroOp.MAP_ACCESS, 0, 0, 0, 0, number, slot);
    } else if (slot instanceof Slot.Alu alu) {
      boolean divides = stepped && alu.opcode().unit() == Unit.DIVIDER;
      int narrow = alu.is32() ? MicroOp.NARROW : 0;
      int operation = divides ? MicroOp.DIVIDE : alu.opcode().number() + narrow;
      add(operation, alu.dst() + shift, left(alu.a()), operand(alu.b()), 0, number, slot);
    } else if (slot instanceof Slot.Load load) {
      int base = load.base() == Slot.NO_BASE ? constant(0) : load.base();
      boolean plain = !load.signed() && !load.swapped();
      int operation = access(MicroOp.LOAD, plain, load.region(), load.bytes(), MicroOp.LOAD_PACKET);
      add(operation, load.dst() + shift, base, 0, load.offset(), number, slot);
    } else if (slot instanceof Slot.Store store) {
      int base = store.base() == Slot.NO_BASE ? constant(0) : store.base();
      int operation =
          access(
              MicroOp.STORE, !store.swapped(), store.region(), store.bytes(), MicroOp.STORE_PACKET);
      add(operation, 0, base, operand(store.value()), store.offset(), number, slot);
    } else if (slot instanceof Slot.ReadFact fact) {
      add(MicroOp.MOV, fact.dst() + shift, 0, FIRST_FACT + fact.fact().ordinal(), 0, number, slot);
    } else if (slot instanceof Slot.Atomic atomic) {
      add(
          MicroOp.ATOMIC,
          atomic.dst() + shift,
          atomic.base(),
          atomic.value(),
          atomic.offset(),
          number,
          slot);
    } else if (slot instanceof Slot.Call call) {
      add(MicroOp.CALL, call.dst() + shift, 0, 0, 0, number, slot);
    } else {
      throw new IllegalStateException("no operation for " + slot);
    }
  }

  /** Whether a slot gives back a spin lock. */
  static boolean isUnlock(Slot slot) {
    return slot instanceof Slot.Call call && call.helper() == HelperFunction.SPIN_UNLOCK;
  }

  /** Whether a slot accesses a map's value. */
  static boolean isMapAccess(Slot slot) {
    return slot instanceof Slot.Load load && load.region() == Region.MAP
        || slot instanceof Slot.Store store && store.region() == Region.MAP
        || slot instanceof Slot.Atomic atomic && atomic.region() == Region.MAP;
  }

  /** The fast form of an access if there is one; those of the stack are 4 behind the packet's. */
  private static int access(int general, boolean plain, Region region, int bytes, int packet) {
    boolean local = region == Region.PACKET || region == Region.STACK;
    if (!plain || !local || Integer.bitCount(bytes) != 1) {
      return general;
    }
    int size = Integer.numberOfTrailingZeros(bytes);
    return packet + (region == Region.STACK ? 4 : 0) + size;
  }
}
