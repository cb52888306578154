package org.weft.compiler.verifier;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A value where it was made, with the cells that it was made from, and how much of it the proof
 * needed. A state that was explored covers another one if they agree in what was needed.
 */
final class Cell {
  /** Nothing was asked. */
  static final int NONE = 0;

  /** What kind of value it is. */
  static final int KIND = 1;

  /** Which numbers it may be. */
  static final int RANGE = 2;

  static final Cell UNINITIALISED = new Cell(Value.UNINITIALISED);

  /** A number of which nothing is known. */
  static final Cell UNKNOWN = new Cell(Value.UNKNOWN);

  private final Value value;
  private final Cell[] sources;
  private int demand;

  Cell(Value value, Cell... sources) {
    this.value = value;
    this.sources = sources;
  }

  /** A number that was computed. One of which nothing is known asks nothing of its operands. */
  static Cell computed(Scalar number, Cell... sources) {
    return number.isUnknown() ? UNKNOWN : new Cell(Value.number(number), sources);
  }

  /** The same value at a checkpoint, which learns what is asked of it from there on. */
  Cell checkpoint() {
    return new Cell(value, this);
  }

  Value value() {
    return value;
  }

  int demand() {
    return demand;
  }

  /** Notes that the proof needs this much of the value, and so of what it was made from. */
  void demand(int level) {
    if (demand >= level) {
      return;
    }
    demand = level;
    Deque<Cell> work = new ArrayDeque<>();
    work.push(this);
    while (!work.isEmpty()) {
      for (Cell source : work.pop().sources) {
        if (source.demand < level) {
          source.demand = level;
          work.push(source);
        }
      }
    }
  }
}
