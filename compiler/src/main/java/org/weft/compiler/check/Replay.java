package org.weft.compiler.check;

import java.util.BitSet;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Region;
import org.weft.isa.row.RowPrinter;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;

/** Executes rows on what is known, beside the graph. */
final class Replay {
  private static final int SPILL_BYTES = 8;

  private final Meaning meaning;
  private final Conflicts conflicts;
  private final Crossing crossing;
  private final Matching matching;

  /** Told of what is known where control leaves for the rows of this id. */
  private final ObjIntConsumer<State> leaving;

  // Where it is, for messages.
  private int row;
  private int lane;
  private Slot slot;

  Replay(Meaning meaning, Conflicts conflicts, ObjIntConsumer<State> leaving) {
    this.meaning = meaning;
    this.conflicts = conflicts;
    this.leaving = leaving;
    crossing = new Crossing(meaning, conflicts);
    matching = new Matching(meaning);
  }

  Crossing crossing() {
    return crossing;
  }

  IllegalStateException failure(String cause) {
    String text = slot == null ? "" : " slot " + lane + " (" + RowPrinter.print(slot) + ")";
    return new IllegalStateException(
        "program " + meaning.graph().name() + ", row " + row + text + ": " + cause);
  }

  /** What is known of the registers that a slot reads, for messages. */
  private String held(State state) {
    StringBuilder text = new StringBuilder();
    for (int register = 0; register < Integer.SIZE; register++) {
      if ((slot.reads() >>> register & 1) != 0) {
        text.append("; r").append(register).append(" holds ");
        text.append(meaning.describe(state.register(register)));
      }
    }
    return text.toString();
  }

  /** Executes a row; whether control has left for good. */
  boolean row(State state, int number, List<Slot> slots) {
    row = number;
    Pending pending = new Pending();
    for (int i = 0; i < slots.size(); i++) {
      lane = i;
      slot = slots.get(i);
      if (slot == null || slot instanceof Slot.Nop) {
        continue;
      }
      if (slot.opcode().unit() == Unit.BRANCH) {
        if (control(state, pending)) {
          return true;
        }
      } else if (slot instanceof Slot.Store
          || slot instanceof Slot.Atomic
          || slot.opcode().unit() == Unit.CALL) {
        effect(state, pending);
      } else {
        pending.write(Integer.numberOfTrailingZeros(slot.writes()), result(state, pending));
      }
    }
    slot = null;
    commit(state, pending);
    return false;
  }

  // What yields a number.

  private int[] result(State state, Pending pending) {
    if (slot instanceof Slot.Alu alu) {
      int[] left = alu.isBinary() ? left(state, pending, alu.a()) : Contents.NONE;
      int[] right = matching.operand(state, alu.b());
      return near(state, meaning.compute(alu.opcode(), alu.is32(), left, right));
    } else if (slot instanceof Slot.Load load) {
      if (isSpill(load.region(), load.base(), load.offset())) {
        boolean whole = load.bytes() == SPILL_BYTES && !load.swapped();
        return whole ? state.spilled(load.offset()) : Contents.NONE;
      }
      int[] loads = near(state, meaning.loads(load, matching.base(state, load.base())));
      return Contents.keep(loads, name -> isNow(state, pending, meaning.value(name)));
    }
    Slot.ReadFact read = (Slot.ReadFact) slot;
    return facts(state, pending, read.fact().ordinal());
  }

  private int[] near(State state, int... names) {
    return Contents.keep(names, name -> meaning.isNear(name, state.block));
  }

  private int[] left(State state, Pending pending, int a) {
    return a < Slot.FIRST_FACT ? state.register(a) : facts(state, pending, a - Slot.FIRST_FACT);
  }

  private int[] facts(State state, Pending pending, int ordinal) {
    int[] reads = meaning.facts(org.weft.isa.row.Fact.of(ordinal));
    return Contents.keep(reads, name -> isNow(state, pending, meaning.value(name)));
  }

  /** Whether reading before this row gives what a load or fact of the program is. */
  private boolean isNow(State state, Pending pending, Value read) {
    if (state.spoiled.get(read.id())
        || conflicts.reads(read, stale(state, pending, read))
        || pending.spoils(read, meaning, conflicts)) {
      return false;
    }
    for (List<Value> left : List.of(state.owed, state.undone)) {
      for (Value effect : left) {
        if (meaning.isBefore(effect, read) && conflicts.spoils(effect, read)) {
          return false;
        }
      }
    }
    for (Early early : state.ahead) {
      boolean seen = early.candidates().stream().anyMatch(c -> conflicts.spoils(c, read));
      if (seen
          && !pending.hasDone(early)
          && early.candidates().stream().noneMatch(c -> meaning.isBefore(c, read))) {
        return false;
      }
    }
    return true;
  }

  /** The bytes that are stale for a load: not those that were stored early, but for it to read. */
  private BitSet stale(State state, Pending pending, Value read) {
    if (state.stale.isEmpty() || state.ahead.isEmpty()) {
      return state.stale;
    }
    BitSet stale = (BitSet) state.stale.clone();
    for (Early early : state.ahead) {
      boolean forIt = early.candidates().stream().anyMatch(c -> meaning.isBefore(c, read));
      if (forIt && !pending.hasDone(early)) {
        Value store = early.candidates().get(0);
        int from = meaning.stackPlace(store);
        stale.clear(from, from + store.operation().bytes());
      }
    }
    return stale;
  }

  private boolean isSpill(Region region, int base, int offset) {
    return region == Region.STACK
        && base == Slot.NO_BASE
        && offset >= 0
        && offset < meaning.graph().stackFloor();
  }

  // Effects.

  private void effect(State state, Pending pending) {
    if (slot instanceof Slot.Store store && isSpill(store.region(), store.base(), store.offset())) {
      if (store.bytes() != SPILL_BYTES
          || store.swapped()
          || store.offset() + SPILL_BYTES > meaning.graph().stackFloor()) {
        throw failure("stores other than eight bytes below the program's own stack");
      }
      pending.write(Pending.STACK - store.offset(), matching.operand(state, store.value()));
      return;
    }
    Value due = due(state, pending);
    if (due == null) {
      early(state, pending);
      return;
    }
    if (state.undone.contains(due)) {
      state.fresh = false;
    }
    state.remove(due);
    if (conflicts.reads(due, state.stale)) {
      throw failure(due + " reads bytes of the stack whose store was left out");
    }
    if (slot instanceof Slot.TailCall) {
      requireDone(state, due);
    }
    pending.done(due);
    if (slot.writes() != 0) {
      pending.write(Integer.numberOfTrailingZeros(slot.writes()), new int[] {due.id()});
    }
  }

  /** The instruction of the program that is due and that the slot is; null when there is none. */
  private Value due(State state, Pending pending) {
    while (true) {
      for (List<Value> left : List.of(state.owed, state.undone)) {
        for (Value effect : left) {
          if (matching.isEffect(state, slot, effect)) {
            return effect;
          }
        }
      }
      Block next = state.onward();
      if (next == null || next.predecessors().size() > 1) {
        return null;
      }
      crossing.cross(state, pending, next);
    }
  }

  /** A store to the program's own stack that is not due yet. */
  private void early(State state, Pending pending) {
    List<Value> candidates =
        meaning.ownStores().stream()
            .filter(store -> state.edge == null && store.block() != state.block)
            .filter(store -> matching.isEffect(state, slot, store))
            .filter(store -> meaning.isBelow(state.block, store.block()))
            .filter(store -> state.ahead.stream().noneMatch(early -> isFirst(early, store)))
            .toList();
    if (candidates.isEmpty()) {
      throw failure(
          "nothing that the program does next in "
              + state.block
              + " is this: "
              + state.undone
              + held(state));
    }
    Early early = new Early(row, lane, candidates);
    state.ahead = State.with(state.ahead, early);
    pending.done(early);
  }

  /** Whether a store that was done early is this one, if control comes to its block. */
  private boolean isFirst(Early early, Value store) {
    return early.candidates().contains(store)
        && early.candidates().stream().noneMatch(c -> c != store && meaning.isBefore(c, store));
  }

  /** What must have been done before an effect, and is not. */
  private Value obstacle(State state, Pending pending, Value effect) {
    for (List<Value> left : List.of(state.owed, state.undone)) {
      for (Value other : left) {
        if (meaning.isBefore(other, effect) && conflicts.clash(other, effect)) {
          return other;
        }
      }
    }
    for (Pending.Done done : pending.done()) {
      for (Value other : done.candidates()) {
        if (meaning.isBefore(other, effect) && conflicts.needsRow(other, effect)) {
          return other;
        }
      }
    }
    Block block = effect.block();
    boolean below = block != state.block && meaning.isBelow(state.block, block);
    while (below && block != state.block) {
      for (Value other : meaning.effects(block)) {
        boolean ahead = state.ahead.stream().anyMatch(early -> early.candidates().contains(other));
        if (!ahead && meaning.isBefore(other, effect) && conflicts.clash(other, effect)) {
          return other;
        }
      }
      block = block.predecessors().get(0);
    }
    return null;
  }

  /** Lets happen what slots have done. */
  private void commit(State state, Pending pending) {
    for (Pending.Done done : pending.done()) {
      Value obstacle = null;
      boolean may = false;
      for (Value candidate : done.candidates()) {
        Value found = obstacle(state, pending, candidate);
        may |= found == null;
        obstacle = found == null ? obstacle : found;
      }
      if (!may) {
        throw failure(done.candidates() + " is done, but " + obstacle + " had to be done before");
      }
    }
    for (Pending.Done done : pending.done()) {
      for (Value effect : done.candidates()) {
        if (!done.early()) {
          state.spoiled.or(conflicts.spoiled(effect));
          if (meaning.isOwnStack(effect)) {
            crossing.setStale(state, effect, false);
          }
        }
      }
      if (done.candidates().stream().noneMatch(conflicts::isSeen)) {
        continue;
      }
      state.keep(name -> done.candidates().stream().anyMatch(c -> crossing.isKept(name, c)));
      pending.keep(name -> done.candidates().stream().anyMatch(c -> crossing.isKept(name, c)));
    }
    pending.writeTo(state);
  }

  // Control.

  /** Executes a branch or exit; whether control has left for good. */
  private boolean control(State state, Pending pending) {
    if (slot.opcode().condition() == Condition.ALWAYS) {
      int[] verdict = verdict(state);
      commit(state, pending);
      requireDone(state, null);
      crossing.giveUp(state);
      leave(state, verdict);
      return true;
    }
    goOn(state, pending);
    if (!(state.block.terminator() instanceof Terminator.Branch branch)) {
      throw failure("a condition, but " + state.block + " leaves the program");
    }
    int a = slot instanceof Slot.Exit exit ? exit.a() : ((Slot.Branch) slot).a();
    int orientation = matching.orientation(state, slot, left(state, pending, a), branch);
    if (orientation == 0) {
      throw failure(
          "not what decides where control goes behind "
              + state.block
              + ": "
              + branch.a()
              + " "
              + branch.condition().symbol()
              + " "
              + branch.b()
              + held(state));
    }
    Block taken = orientation > 0 ? branch.taken() : branch.next();
    Block next = orientation > 0 ? branch.next() : branch.taken();
    requireDone(state, null);
    State gone = state.copy();
    Pending done = pending.copy();
    int[] verdict = verdict(state);
    commit(gone, done);
    Pending carried = new Pending();
    carried.write(0, verdict);
    crossing.giveUp(gone);
    crossing.cross(gone, carried, taken);
    leave(gone, carried.first());
    crossing.approach(state, pending, next);
    return false;
  }

  /** Goes where control goes anyway, up to a block that ends otherwise. */
  private void goOn(State state, Pending pending) {
    int steps = 0;
    for (Block next = state.onward(); next != null; next = state.onward()) {
      requireDone(state, null);
      if (steps++ > meaning.graph().blocks().size()) {
        throw failure("the program goes round here");
      }
      crossing.cross(state, pending, next);
    }
  }

  private int[] verdict(State state) {
    return slot instanceof Slot.Exit exit ? matching.operand(state, exit.verdict()) : Contents.NONE;
  }

  private void leave(State state, int[] verdict) {
    if (slot instanceof Slot.Branch branch) {
      leaving.accept(state, branch.target());
      return;
    }
    Pending carried = new Pending();
    carried.write(0, verdict);
    goOn(state, carried);
    requireDone(state, null);
    if (!(state.block.terminator() instanceof Terminator.Exit exit)) {
      throw failure("leaves, but the program goes on behind " + state.block);
    }
    if (!matching.isVerdict(carried.first(), exit)) {
      throw failure("the verdict is not " + exit.verdict() + held(state));
    }
  }

  /** All that stands before an instruction, or before the block's end, but stores to the stack. */
  void requireDone(State state, Value until) {
    for (List<Value> left : List.of(state.owed, state.undone)) {
      for (Value effect : left) {
        boolean before = until == null || meaning.isBefore(effect, until);
        if (before && !meaning.isOwnStack(effect)) {
          throw failure(effect + " is not done before control leaves " + state.block);
        }
      }
    }
  }
}
