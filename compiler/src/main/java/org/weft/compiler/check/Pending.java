package org.weft.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.weft.compiler.ir.Value;

/**
 * What the slots of a row up to some slot have done: it happens when the row, or a branch, ends.
 */
final class Pending {
  /** Number of a place on the stack is this less its address; registers count from 0. */
  static final int STACK = -1;

  private record Write(int place, int[] contents) {}

  private final List<Write> writes = new ArrayList<>();

  private final List<Done> done = new ArrayList<>();

  /**
   * An effect.
   *
   * @param candidates all instructions that it may be
   * @param as what it is as long as control is not in their blocks; else null
   */
  record Done(List<Value> candidates, Early as) {
    boolean early() {
      return as != null;
    }
  }

  Pending copy() {
    Pending copy = new Pending();
    copy.writes.addAll(writes);
    copy.done.addAll(done);
    return copy;
  }

  void write(int place, int[] contents) {
    writes.add(new Write(place, contents));
  }

  /** The contents of what was written first. */
  int[] first() {
    return writes.get(0).contents();
  }

  void done(Value effect) {
    done.add(new Done(List.of(effect), null));
  }

  void done(Early early) {
    done.add(new Done(early.candidates(), early));
  }

  /**
   * If this row has done a store early: it turns out to be this one, and control has come to its
   * block. What the row reads it still reads as before.
   */
  boolean isDue(Early early, Value effect) {
    for (int i = 0; i < done.size(); i++) {
      if (early.is(done.get(i).as())) {
        done.set(i, new Done(List.of(effect), null));
        return true;
      }
    }
    return false;
  }

  List<Done> done() {
    return done;
  }

  /** Whether a store was done in this row. */
  boolean hasDone(Early early) {
    return done.stream().anyMatch(d -> early.is(d.as()));
  }

  /** Whether something was done in this row that a read at a later place of the program sees. */
  boolean spoils(Value read, Meaning meaning, Conflicts conflicts) {
    for (Done one : done) {
      for (Value effect : one.candidates()) {
        if (meaning.isBefore(effect, read) && conflicts.spoils(effect, read)) {
          return true;
        }
      }
    }
    return false;
  }

  void change(UnaryOperator<int[]> change) {
    writes.replaceAll(write -> new Write(write.place(), change.apply(write.contents())));
  }

  void keep(IntPredicate kept) {
    change(contents -> Contents.keep(contents, kept));
  }

  void writeTo(State state) {
    writes.forEach(write -> state.set(write.place(), write.contents()));
  }
}
