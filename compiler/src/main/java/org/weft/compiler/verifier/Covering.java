package org.weft.compiler.verifier;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;

/**
 * Whether what was proved for one state holds for another one ({@code states_equal} in Linux). Only
 * what the proof asked of the first matters.
 */
final class Covering {
  private record Linked(int id, int distance) {}

  /** How alike states must be. */
  private enum Likeness {
    /** In what was asked of the first. */
    ASKED,
    /** The second is one of those that the first stands for, in everything. */
    WITHIN,
    /** Equal. */
    EXACT
  }

  private final Likeness likeness;
  private final boolean exact;
  private final Map<Integer, Linked> numbers = new HashMap<>();
  private final Map<Integer, Integer> pointers = new HashMap<>();

  private Covering(Likeness likeness) {
    this.likeness = likeness;
    exact = likeness == Likeness.EXACT;
  }

  /** Whether all that is safe from the explored state on is so from the other one. */
  static boolean covers(PathState explored, PathState other) {
    return new Covering(Likeness.ASKED).holds(explored, other);
  }

  /** The same, where not all is known yet of what is asked of the explored state. */
  static boolean contains(PathState explored, PathState other) {
    return new Covering(Likeness.WITHIN).holds(explored, other);
  }

  /** Whether the states are the same, so that a loop between them makes no progress. */
  static boolean same(PathState one, PathState other) {
    return new Covering(Likeness.EXACT).holds(one, other);
  }

  /** Asks of the other state what was asked of the explored one that covers it. */
  static void passDemands(PathState explored, PathState other) {
    for (int depth = 0; depth < explored.depth(); depth++) {
      CallFrame from = explored.frame(depth);
      CallFrame to = other.frame(depth);
      for (int i = 0; i < CallFrame.REGISTERS; i++) {
        to.register(i).demand(from.register(i).demand());
      }
      for (int i = 0; i < CallFrame.SLOTS; i++) {
        if (from.slot(i) != null && to.slot(i) != null) {
          to.slot(i).cell().demand(from.slot(i).cell().demand());
        }
      }
    }
  }

  /** The same, for all that will be asked of the explored state, too. */
  static void followDemands(PathState explored, PathState other) {
    for (int depth = 0; depth < explored.depth(); depth++) {
      CallFrame from = explored.frame(depth);
      CallFrame to = other.frame(depth);
      for (int i = 0; i < CallFrame.REGISTERS; i++) {
        if (from.register(i) != Cell.UNINITIALISED) {
          from.register(i).follow(to.register(i));
        }
      }
      for (int i = 0; i < CallFrame.SLOTS; i++) {
        if (from.slot(i) != null && to.slot(i) != null) {
          from.slot(i).cell().follow(to.slot(i).cell());
        }
      }
    }
  }

  private boolean holds(PathState explored, PathState other) {
    if (explored.depth() != other.depth() || !locks(explored.lock(), other.lock())) {
      return false;
    }
    if (other.hasMetadata() && !explored.hasMetadata()) {
      return false;
    }
    for (int depth = explored.depth() - 1; depth >= 0; depth--) {
      CallFrame one = explored.frame(depth);
      CallFrame two = other.frame(depth);
      if (one.callSite() != two.callSite() || !registers(one, two) || !slots(one, two)) {
        return false;
      }
    }
    return records(explored, other);
  }

  /** The records that are reserved must be the same ones in both. */
  private boolean records(PathState explored, PathState other) {
    if (explored.records().size() != other.records().size()) {
      return false;
    }
    Iterator<Integer> others = other.records().iterator();
    return explored.records().stream().allMatch(record -> sameIds(record, others.next()));
  }

  private boolean locks(PathState.Lock one, PathState.Lock other) {
    if (one == null || other == null) {
      return one == null && other == null;
    }
    return one.map().equals(other.map()) && sameIds(one.value(), other.value());
  }

  /** How much of a cell counts. */
  private int demand(Cell cell) {
    return likeness == Likeness.ASKED ? cell.demand() : Cell.RANGE;
  }

  private boolean registers(CallFrame one, CallFrame two) {
    for (int i = 0; i < CallFrame.REGISTERS - 1; i++) {
      if (!cell(one.register(i), two.register(i).value())) {
        return false;
      }
    }
    return true;
  }

  private boolean slots(CallFrame one, CallFrame two) {
    for (int i = 0; i < CallFrame.SLOTS; i++) {
      if (!slot(one.slot(i), two.slot(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean slot(Slot one, Slot two) {
    if (exact) {
      if (one == null || two == null) {
        return one == null && two == null;
      }
      return one.spilled() == two.spilled()
          && one.zero() == two.zero()
          && cell(one.cell(), two.cell().value());
    }
    if (one == null || demand(one.cell()) == Cell.NONE) {
      return true;
    }
    Value value = one.cell().value();
    if (one.isSpill() && value.isPointer()) {
      return two != null && two.spilled() == one.spilled() && cell(one.cell(), two.cell().value());
    }
    if (demand(one.cell()) == Cell.KIND) {
      // Bytes that were read as numbers.
      return two == null || !two.isSpill() || two.cell().value().isNumber();
    }
    if (two == null || (one.zeros() & ~two.zeros()) != 0) {
      return false;
    }
    if (!one.isSpill()) {
      return !two.isSpill() || two.cell().value().isNumber();
    }
    if (two.isSpill()) {
      return two.spilled() == one.spilled() && cell(one.cell(), two.cell().value());
    }
    return (one.spilled() & ~two.zero()) == 0 && cell(one.cell(), Value.ZERO);
  }

  private boolean cell(Cell cell, Value other) {
    Value value = cell.value();
    if (!exact && demand(cell) == Cell.NONE || value.is(Kind.UNINITIALISED) && !exact) {
      return true;
    }
    if (value.isNumber()) {
      return other.isNumber() && number(value, other, demand(cell));
    }
    if (exact) {
      return value.withId(0).equals(other.withId(0)) && sameIds(value.id(), other.id());
    }
    return value.kind() == other.kind()
        && value.offset() == other.offset()
        && Objects.equals(value.map(), other.map())
        && value.frame() == other.frame()
        && (value.maybeNull() || !other.maybeNull())
        && value.number().contains(other.number())
        && (value.range() == other.range() || value.range() >= 0 && other.range() > value.range())
        && (!needsId(value) || sameIds(value.id(), other.id()));
  }

  private static boolean needsId(Value value) {
    return value.kind().isPacket() || value.maybeNull() || value.hasLock() || value.is(Kind.RECORD);
  }

  private boolean number(Value value, Value other, int demand) {
    if (exact) {
      return value.number().equals(other.number()) && linked(value, other);
    }
    return demand < Cell.RANGE || value.number().contains(other.number()) && linked(value, other);
  }

  /** Numbers that are linked on one side must be so on the other one. */
  private boolean linked(Value value, Value other) {
    if (value.id() == 0) {
      return true;
    }
    int distance = other.offset() - value.offset();
    Linked known = numbers.putIfAbsent(value.id(), new Linked(other.id(), distance));
    return known == null
        || known.id() != 0 && known.id() == other.id() && known.distance() == distance;
  }

  private boolean sameIds(int id, int other) {
    Integer known = pointers.putIfAbsent(id, other);
    return known == null || known == other;
  }
}
