package org.weft.compiler.check;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.MapDefinition;

/**
 * Shows that rows do what a graph says, on every path: executes them with the values' names in the
 * place of numbers, beside the graph. Shares no code with schedulers and believes them nothing but
 * where control is when it enters rows, which it checks, too.
 *
 * <p>What is known between two rows ({@link State}): the block of the graph where control is; which
 * of its effects (stores, atomic operations, calls) are done; and of each register and each eight
 * bytes of the stack below the program's own the set of values that it holds. At the first row of a
 * {@link Stretch} the sets are those that all ways to it have in common; the rest follows row by
 * row.
 *
 * <ul>
 *   <li>Arithmetic holds every value of the graph that has its operation and operands ({@link
 *       Meaning}), wherever that stands: this covers what is done early, late, twice or on numbers
 *       made again. Nobody has to say which one was meant.
 *   <li>A load does so as long as memory is what it is at that value's place: no effect before that
 *       place which it may see ({@link Conflicts}) is left to be done, none behind it has been. An
 *       effect ends what registers hold of loads behind it.
 *   <li>An effect must be one of the graph's that is due; all that it may not change places with
 *       are done, before the row where the row's rule demands it. Before control leaves a block to
 *       one of two others, or to other rows, nothing is left but stores to the program's own stack.
 *       These may be done late, early or never: bytes are stale while the program's stack is not
 *       the graph's, and nothing reads stale bytes.
 *   <li>A branch or exit must compare what the graph's next branch does; then control is in the
 *       block of that side. On the way to a block what holds the value that flows into a phi holds
 *       the phi ({@link Crossing}), and at merges nothing else is known of what was not computed on
 *       all ways. A verdict is that of the exit where control is.
 *   <li>Slots of a row read what was before the row; what the slots before a taken branch did
 *       happens ({@link Pending}), and nothing of the others.
 * </ul>
 *
 * <p>Taken for granted: accesses to the stack at unknown places stay inside the program's own; an
 * address made by adding a map's handle shifted by 32, or by a lookup in a known map, is of that
 * map. Allowed: no base for base 0; constants that differ in bits that an instruction does not
 * read; stack addresses that a call names without the bit that makes them not null. Two writes to
 * one register or place in a row, lanes and units are checked elsewhere.
 */
public final class SymbolicCheck {
  private final Meaning meaning;
  private final Replay replay;
  private final List<Stretch> stretches;
  private final Map<Integer, Integer> byId = new HashMap<>();
  private final Map<Integer, Block> blocks = new HashMap<>();
  private final State[] starts;
  private final int[] firstRows;
  private final Deque<Integer> work = new ArrayDeque<>();

  private SymbolicCheck(Graph graph, List<MapDefinition> maps, List<Stretch> stretches) {
    meaning = new Meaning(graph);
    replay = new Replay(meaning, new Conflicts(meaning, maps), this::arriveAt);
    this.stretches = stretches;
    starts = new State[stretches.size()];
    firstRows = new int[stretches.size() + 1];
    graph.blocks().forEach(block -> blocks.put(block.id(), block));
    for (int i = 0; i < stretches.size(); i++) {
      byId.put(stretches.get(i).id(), i);
      firstRows[i + 1] = firstRows[i] + stretches.get(i).rows().size();
    }
  }

  /**
   * Checks rows against a graph.
   *
   * @param maps the object's maps; a handle is the index plus 1
   * @param stretches all rows in their order, the program begins with the first
   * @throws IllegalStateException naming row, slot and cause: who made the rows is broken
   */
  public static void check(Graph graph, List<MapDefinition> maps, List<Stretch> stretches) {
    new SymbolicCheck(graph, maps, stretches).run();
  }

  private void run() {
    if (stretches.isEmpty() || stretches.get(0).block() != meaning.graph().entry().id()) {
      throw replay.failure("the rows do not begin where the program does");
    }
    State start = new State(meaning.graph().entry());
    for (Value value : meaning.graph().entry().values()) {
      if (value.operation() instanceof Operation.Parameter parameter) {
        start.set(parameter.register(), new int[] {value.id()});
      }
    }
    enter(start, 0);
    while (!work.isEmpty()) {
      follow(work.remove());
    }
  }

  private void follow(int index) {
    State state = starts[index].copy();
    List<List<Slot>> rows = stretches.get(index).rows();
    for (int i = 0; i < rows.size(); i++) {
      if (replay.row(state, firstRows[index] + i, rows.get(i))) {
        return;
      }
    }
    if (index + 1 == stretches.size()) {
      throw replay.failure("control runs past the last row");
    }
    replay.requireDone(state, null);
    replay.crossing().giveUp(state);
    arrive(state, index + 1);
  }

  private void arriveAt(State state, int id) {
    Integer index = byId.get(id);
    if (index == null) {
      throw replay.failure("goes where no rows begin");
    }
    arrive(state, index);
  }

  /** Control comes to rows that claim to be at a block's start: is the program there, too? */
  private void arrive(State state, int index) {
    Block claimed = blocks.get(stretches.get(index).block());
    int steps = 0;
    while (state.edge != null || state.block != claimed || !state.fresh) {
      replay.requireDone(state, null);
      Block next = state.onward();
      if (next == null || steps++ > blocks.size()) {
        throw replay.failure("goes to " + claimed + ", but the program is in " + state.block);
      }
      replay.crossing().cross(state, new Pending(), next);
    }
    enter(state, index);
  }

  private void enter(State state, int index) {
    replay.crossing().giveUp(state);
    state.undone = meaning.effects(state.block);
    state.fresh = false;
    if (starts[index] == null) {
      starts[index] = state;
      work.add(index);
    } else if (starts[index].meet(state) && !work.contains(index)) {
      work.add(index);
    }
  }
}
