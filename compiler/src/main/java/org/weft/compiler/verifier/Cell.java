package org.weft.compiler.verifier;

import java.util.ArrayDeque;
import java.util.Arrays;
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
  private Cell[] sources;

  /** What of its sources is asked for, at most. */
  private final int most;

  private int demand;

  Cell(Value value, Cell... sources) {
    this(RANGE, value, sources);
  }

  private Cell(int most, Value value, Cell... sources) {
    this.most = most;
    this.value = value;
    this.sources = sources;
  }

  /** A number of which no more is to be known than its size, so that a loop comes to an end. */
  static Cell widened(Cell cell, int bytes) {
    return new Cell(KIND, Value.number(Scalar.loaded(bytes, false)), cell);
  }

  /** From now on asks of another cell, too, what is asked of this one. */
  void follow(Cell other) {
    sources = Arrays.copyOf(sources, sources.length + 1);
    sources[sources.length - 1] = other;
    other.demand(demand);
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
      Cell cell = work.pop();
      int asked = Math.min(cell.demand, cell.most);
      for (Cell source : cell.sources) {
        if (source.demand < asked) {
          source.demand = asked;
          work.push(source);
        }
      }
    }
  }
}
