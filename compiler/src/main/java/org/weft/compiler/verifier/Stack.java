package org.weft.compiler.verifier;

import java.util.ArrayList;
import java.util.List;

/** What programs write to a frame's stack and read back. Offsets count from r10. */
final class Stack {
  private Stack() {}

  /** What a load of 1, 2, 4 or 8 aligned bytes gives, zero-extended. */
  static Cell read(CallFrame frame, int offset, int bytes) {
    Slot slot = frame.slot(number(offset));
    if (slot == null) {
      return loaded(bytes);
    }
    int first = first(offset);
    if (slot.isSpill()) {
      Value value = slot.cell().value();
      if (!value.isNumber() && bytes != Slot.BYTES) {
        throw new RefusalException(
            "reads " + bytes + " of the 8 bytes of " + value.kind().description() + " on the stack",
            "read all of it");
      }
      if (first == 0 && bytes == slot.spilledBytes()) {
        return slot.cell();
      }
      if (first == 0 && bytes < slot.spilledBytes()) {
        return Cell.computed(value.number().low(8 * bytes), slot.cell());
      }
    }
    int mask = mask(first, bytes);
    return (slot.zeros() & mask) == mask ? new Cell(Value.ZERO, slot.cell()) : loaded(bytes);
  }

  /** What a load from somewhere in [from, to) gives. */
  static Cell readBetween(CallFrame frame, int from, int to, int bytes) {
    Cell[] zeros = new Cell[number(from) - number(to - 1) + 1];
    for (int i = number(to - 1); i <= number(from); i++) {
      Slot slot = frame.slot(i);
      int mask = mask(i, from, to);
      if (slot == null || (slot.zeros() & mask) != mask) {
        return loaded(bytes);
      }
      zeros[i - number(to - 1)] = slot.cell();
    }
    return new Cell(Value.ZERO, zeros);
  }

  /** Writes the low bytes of a register to aligned bytes. */
  static void write(CallFrame frame, int offset, int bytes, Cell cell) {
    Value value = cell.value();
    int number = number(offset);
    if (!value.isNumber() && bytes != Slot.BYTES) {
      throw new RefusalException(
          "writes " + bytes + " of the 8 bytes of " + value.kind().description() + " to the stack",
          "write all of it");
    }
    Slot old = frame.slot(number);
    int mask = mask(first(offset), bytes);
    int zeros = old == null ? 0 : old.zeros() & ~mask;
    if (first(offset) == 0) {
      Cell low = cell;
      if (value.isNumber()) {
        Scalar kept = value.number().low(8 * bytes);
        low = kept.equals(value.number()) ? cell : new Cell(Value.number(kept), cell);
      }
      if (zeros != 0) {
        low = new Cell(low.value(), low, old.cell());
      }
      frame.set(number, Slot.spill(low, bytes, zeros));
    } else if (value.isNull()) {
      Cell[] sources = zeros == 0 ? new Cell[] {cell} : new Cell[] {cell, old.cell()};
      frame.set(number, Slot.bytes(zeros | mask, sources));
    } else {
      frame.set(number, zeros == 0 ? Slot.bytes(0) : Slot.bytes(zeros, old.cell()));
    }
  }

  /** Writes somewhere in [from, to), or something unknown to all of it if cell is null. */
  static void writeBetween(CallFrame frame, int from, int to, Cell cell) {
    for (int i = number(to - 1); i <= number(from); i++) {
      Slot old = frame.slot(i);
      int mask = mask(i, from, to);
      int zeros = old == null ? 0 : old.zeros();
      if (cell == null || !cell.value().isNull()) {
        zeros &= ~mask;
        frame.set(i, zeros == 0 ? Slot.bytes(0) : Slot.bytes(zeros, old.cell()));
      } else {
        frame.set(i, zeros == 0 ? Slot.bytes(0) : Slot.bytes(zeros, old.cell(), cell));
      }
    }
  }

  /** The values that are spilled to somewhere in [from, to). */
  static List<Value> spills(CallFrame frame, int from, int to) {
    List<Value> spills = new ArrayList<>();
    for (int i = number(to - 1); i <= number(from); i++) {
      Slot slot = frame.slot(i);
      if (slot != null && slot.isSpill()) {
        spills.add(slot.cell().value());
      }
    }
    return spills;
  }

  private static Cell loaded(int bytes) {
    return Cell.computed(Scalar.loaded(bytes, false));
  }

  private static int number(int offset) {
    return (-offset - 1) / Slot.BYTES;
  }

  /** The byte of its slot. */
  private static int first(int offset) {
    return offset + Slot.BYTES * (number(offset) + 1);
  }

  private static int mask(int first, int bytes) {
    return ((1 << bytes) - 1) << first;
  }

  /** The bytes of a slot that lie in [from, to). */
  private static int mask(int number, int from, int to) {
    int start = -Slot.BYTES * (number + 1);
    int first = Math.max(from, start) - start;
    int end = Math.min(to, start + Slot.BYTES) - start;
    return mask(first, end - first);
  }
}
