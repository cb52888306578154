package org.weft.compiler.verifier;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.weft.isa.xdp.MapDefinition;

/** All that a path knows: the frames of the functions that run. */
final class PathState {
  /**
   * A spin lock that is held.
   *
   * @param value the value's id
   * @param map its map
   */
  record Lock(int value, MapDefinition map) {}

  private final List<CallFrame> frames = new ArrayList<>();
  private Lock lock;

  /** Whether the packet may have metadata. */
  private boolean metadata;

  /** How many callbacks were entered on the way here. */
  private int callbacks;

  /** Ids of the records that were reserved and neither submitted nor discarded, by age. */
  private final SortedSet<Integer> records = new TreeSet<>();

  PathState copy() {
    PathState copy = new PathState();
    copy.lock = lock;
    copy.metadata = metadata;
    copy.callbacks = callbacks;
    frames.forEach(frame -> copy.frames.add(frame.copy()));
    copy.records.addAll(records);
    return copy;
  }

  /** The lock that is held, or null. */
  Lock lock() {
    return lock;
  }

  void setLock(Lock newLock) {
    lock = newLock;
  }

  /** Whether the packet may have metadata. */
  boolean hasMetadata() {
    return metadata;
  }

  void addMetadata() {
    metadata = true;
  }

  int callbacks() {
    return callbacks;
  }

  /** Enters a function that a helper calls. */
  void enterCallback(CallFrame frame) {
    frames.add(frame);
    callbacks++;
  }

  CallFrame top() {
    return frames.get(frames.size() - 1);
  }

  CallFrame frame(int depth) {
    return frames.get(depth);
  }

  /**
   * A register that the instruction at hand reads.
   *
   * @throws RefusalException when nothing was written to it
   */
  Cell read(int register) {
    Cell cell = top().register(register);
    if (cell.value().is(Kind.UNINITIALISED)) {
      throw new RefusalException(
          "reads r" + register + ", which holds nothing on a path that leads here",
          "initialise the variable; after a call only r0 and r6 to r9 hold something");
    }
    cell.demand(Cell.KIND);
    return cell;
  }

  /** Records that must still be submitted or discarded. */
  SortedSet<Integer> records() {
    return Collections.unmodifiableSortedSet(records);
  }

  void reserve(int record) {
    records.add(record);
  }

  /** Ends a record, if it was reserved at all: pointers to it become numbers. */
  void release(int record) {
    if (records.remove(record)) {
      replaceAll(
          cell ->
              cell.value().is(Kind.RECORD) && cell.value().id() == record ? Cell.UNKNOWN : cell);
    }
  }

  int depth() {
    return frames.size();
  }

  void push(CallFrame frame) {
    frames.add(frame);
  }

  CallFrame pop() {
    return frames.remove(frames.size() - 1);
  }

  void checkpoint() {
    frames.forEach(CallFrame::checkpoint);
  }

  /** Replaces every register and spilled slot by what the function makes of it. */
  void replaceAll(UnaryOperator<Cell> function) {
    for (CallFrame frame : frames) {
      for (int i = 0; i < 10; i++) {
        frame.set(i, function.apply(frame.register(i)));
      }
      for (int i = 0; i < CallFrame.SLOTS; i++) {
        Slot slot = frame.slot(i);
        if (slot != null && slot.isSpill()) {
          Cell cell = function.apply(slot.cell());
          if (cell != slot.cell()) {
            frame.set(i, new Slot(cell, slot.spilled(), slot.zero()));
          }
        }
      }
    }
  }

  /** The registers that hold something, as a person reads them. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      Value value = top().register(i).value();
      if (!value.is(Kind.UNINITIALISED)) {
        text.append(text.length() == 0 ? "" : ", ").append('r').append(i).append(" = ");
        text.append(value);
      }
    }
    return text.toString();
  }
}
