package org.weft.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;

/** What changes when control goes from one block to another. */
final class Crossing {
  private final Meaning meaning;
  private final Conflicts conflicts;

  Crossing(Meaning meaning, Conflicts conflicts) {
    this.meaning = meaning;
    this.conflicts = conflicts;
  }

  /** Goes on at the start of a block; what the row has done so far goes along. */
  void cross(State state, Pending row, Block target) {
    leave(state, row);
    names(state, row, target);
    if (target.predecessors().size() > 1) {
      giveUp(state);
    }
    if (meaning.dominators().isEndOfCycle(target)) {
      // What is loaded again in the next round is another number; elsewhere nothing is loaded
      // again.
      state.spoiled.stream()
          .filter(id -> !isFrom(meaning.value(id), target))
          .forEach(state.spoiled::clear);
    }
    state.block = target;
    state.edge = null;
    state.fresh = true;
    state.undone = meaning.effects(target);
    arrive(state, row);
  }

  /** The same; but where ways merge it stays before the merge. */
  void approach(State state, Pending row, Block target) {
    if (target.predecessors().size() == 1) {
      cross(state, row, target);
      return;
    }
    leave(state, row);
    state.undone = List.of();
    state.edge = target;
  }

  private void leave(State state, Pending row) {
    for (Value effect : state.undone) {
      // What was loaded early was loaded before a store that the program does first.
      row.keep(name -> isKept(name, effect));
      state.keep(name -> isKept(name, effect));
    }
    state.owe(state.undone);
  }

  /** Whether a number is a value's although an effect happens. */
  boolean isKept(int name, Value effect) {
    Value read = meaning.value(name);
    return read == null
        || !isRead(read)
        || meaning.isBefore(read, effect)
        || !conflicts.spoils(effect, read);
  }

  private static boolean isRead(Value value) {
    return value.operation() instanceof Operation.Load
        || value.operation() instanceof Operation.ReadFact;
  }

  /** Whether a value was computed on every way to a block, and is not computed anew in it. */
  private boolean isFrom(Value value, Block target) {
    return value.block() != target && meaning.dominators().dominates(value.block(), target);
  }

  /**
   * What holds the value that flows into a phi holds the phi now; at a merge nothing else is known
   * of values that were not computed on every way to it.
   */
  private void names(State state, Pending row, Block target) {
    boolean merges = target.predecessors().size() > 1;
    if (!merges && target.phis().isEmpty()) {
      return;
    }
    int from = target.predecessors().indexOf(state.block);
    List<Value> phis = target.phis();
    int[] incoming = phis.stream().mapToInt(phi -> meaning.name(phi.operand(from))).toArray();
    UnaryOperator<int[]> change =
        contents -> {
          int[] kept =
              Contents.keep(
                  contents,
                  name -> !merges || meaning.isNumber(name) || isFrom(meaning.value(name), target));
          for (int i = 0; i < incoming.length; i++) {
            if (Contents.contains(contents, incoming[i])) {
              kept = Contents.add(kept, phis.get(i).id());
            }
          }
          return kept;
        };
    state.change(change);
    row.change(change);
  }

  /** Stores that were done early for this block are as if done now, or with the row. */
  private void arrive(State state, Pending row) {
    List<Early> ahead = new ArrayList<>();
    for (Early early : state.ahead) {
      List<Value> left =
          early.candidates().stream().filter(c -> meaning.isBelow(state.block, c.block())).toList();
      Value here = left.stream().filter(state.undone::contains).findFirst().orElse(null);
      if (here != null) {
        state.undone = state.undone.stream().filter(e -> e != here).toList();
        if (!row.isDue(early, here)) {
          setStale(state, here, false);
          state.spoiled.or(conflicts.spoiled(here));
        }
      } else if (left.isEmpty()) {
        setStale(state, early.candidates().get(0), true);
      } else {
        ahead.add(early.with(left));
      }
    }
    state.ahead = ahead;
  }

  /**
   * In other rows nothing that is owed will be done, and what was done early will be done again.
   */
  void giveUp(State state) {
    state.owed.forEach(store -> setStale(state, store, true));
    state.ahead.forEach(early -> setStale(state, early.candidates().get(0), true));
    state.owed = List.of();
    state.ahead = List.of();
  }

  void setStale(State state, Value store, boolean stale) {
    int from = meaning.stackPlace(store);
    state.stale.set(from, from + store.operation().bytes(), stale);
  }
}
