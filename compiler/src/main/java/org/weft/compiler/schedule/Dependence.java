package org.weft.compiler.schedule;

import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

/** How an instruction of a block depends on an earlier one. */
final class Dependence {
  /** Not at all. */
  static final int NONE = -1;

  /** It may share the earlier one's row, but not precede it. */
  static final int SAME_ROW = 0;

  /** It must stand in a later row. */
  static final int LATER_ROW = 1;

  private Dependence() {}

  /** The distance in rows that the later of two instructions has to keep. */
  static int between(Slot first, Slot second) {
    int distance = NONE;
    if ((first.writes() & (second.reads() | second.writes())) != 0) {
      return LATER_ROW;
    }
    if ((first.reads() & second.writes()) != 0) {
      distance = SAME_ROW;
    }
    return Math.max(distance, memory(first, second));
  }

  private static boolean isBarrier(Slot slot) {
    return slot instanceof Slot.Call || slot instanceof Slot.TailCall;
  }

  private static boolean touchesMemory(Slot slot) {
    return slot instanceof Slot.Load
        || slot instanceof Slot.Store
        || slot instanceof Slot.Atomic
        || slot instanceof Slot.ReadFact
        || isBarrier(slot);
  }

  private static int memory(Slot first, Slot second) {
    if (!touchesMemory(first) || !touchesMemory(second)) {
      return first instanceof Slot.TailCall || second instanceof Slot.TailCall ? LATER_ROW : NONE;
    }
    if (isBarrier(first) || isBarrier(second)) {
      return LATER_ROW;
    }
    Place a = Place.of(first);
    Place b = Place.of(second);
    if (a == null || b == null || a.region() != b.region()) {
      return NONE;
    }
    if (a.region() == Region.MAP || first instanceof Slot.Atomic || second instanceof Slot.Atomic) {
      return LATER_ROW;
    }
    if (!a.writes() && !b.writes() || a.isApart(b)) {
      return NONE;
    }
    return a.writes() ? LATER_ROW : SAME_ROW;
  }

  /** Where a load, store or atomic goes. */
  private record Place(Region region, int base, int offset, int bytes, boolean writes) {
    static Place of(Slot slot) {
      if (slot instanceof Slot.Load load) {
        return new Place(load.region(), load.base(), load.offset(), load.bytes(), false);
      } else if (slot instanceof Slot.Store store) {
        return new Place(store.region(), store.base(), store.offset(), store.bytes(), true);
      } else if (slot instanceof Slot.Atomic atomic) {
        return new Place(
            atomic.region(), atomic.base(), atomic.offset(), atomic.is32() ? 4 : 8, true);
      }
      return null;
    }

    /** Only addresses without base are surely apart: a base register may change in between. */
    boolean isApart(Place other) {
      return base == Slot.NO_BASE
          && other.base == Slot.NO_BASE
          && (offset + bytes <= other.offset || other.offset + other.bytes <= offset);
    }
  }

  /** Whether an instruction transfers control. */
  static boolean isControl(Slot slot) {
    return slot.opcode().format() == Opcode.Format.BRANCH
        || slot.opcode().format() == Opcode.Format.EXIT;
  }
}
