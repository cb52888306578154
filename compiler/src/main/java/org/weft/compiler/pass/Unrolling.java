package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.NaturalLoop;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;

/**
 * Gives small innermost loops several turns in a row, each with its own tests, so that a trace has
 * more than one turn in it: loads of later turns go up, counters become sums with constants. A loop
 * whose number of turns is known goes away.
 */
public final class Unrolling implements Pass {
  /** Instructions that a loop may have afterwards. */
  private static final int SIZE = 96;

  /** The same when its number of turns is known and all of them are made. */
  private static final int WHOLE_SIZE = 192;

  /** Of the slots of the instruction memory, loops may grow by one in so many. */
  private static final int SHARE = 16;

  private static final int MOST_TURNS = 4;
  private static final int MOST_WHOLE_TURNS = 32;

  /** Loops that turn less often are left alone. */
  private static final double LEAST_TURNS = 2;

  @Override
  public String name() {
    return "unroll";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int unrolled = 0;
    int budget = context.machine().rows() * context.machine().lanes() / SHARE;
    Set<Block> done = new HashSet<>();
    while (true) {
      NaturalLoop loop = next(graph, done);
      if (loop == null) {
        return unrolled;
      }
      done.addAll(loop.blocks());
      int size = size(loop);
      int whole = TripCount.of(loop, MOST_WHOLE_TURNS);
      int turns = whole > 0 && whole * size <= WHOLE_SIZE ? whole : turns(size);
      if (turns < 2 || (turns - 1) * size > budget || !isWorthwhile(graph, loop, whole)) {
        continue;
      }
      budget -= (turns - 1) * size;
      done.addAll(turns == whole ? peel(graph, loop, turns) : repeat(graph, loop, turns));
      unrolled++;
      for (Pass pass : List.of(new Simplification(), new ImpliedBranches(), new Simplification())) {
        pass.run(graph, context);
      }
    }
  }

  private static int turns(int size) {
    int turns = MOST_TURNS;
    while (turns > 1 && turns * size > SIZE) {
      turns /= 2;
    }
    return turns;
  }

  private static int size(NaturalLoop loop) {
    int size = 0;
    for (Block block : loop.blocks()) {
      size += block.values().size();
      size += block.terminator() instanceof Terminator.Branch ? 1 : 0;
    }
    return size;
  }

  private static boolean isWorthwhile(Graph graph, NaturalLoop loop, int whole) {
    Likelihoods likelihoods = new Likelihoods(graph);
    double entered = 0;
    for (Block predecessor : loop.head().predecessors()) {
      if (!loop.latches().contains(predecessor)) {
        entered += likelihoods.frequency(predecessor) * likelihoods.of(predecessor, loop.head());
      }
    }
    double often = likelihoods.frequency(loop.head());
    return entered > 0 && (whole > 0 || often >= LEAST_TURNS * entered);
  }

  /** An innermost loop with one way back that was not looked at. */
  private static NaturalLoop next(Graph graph, Set<Block> done) {
    List<NaturalLoop> loops = NaturalLoop.of(new Dominators(graph));
    for (NaturalLoop loop : loops) {
      boolean innermost =
          loops.stream().noneMatch(l -> l.head() != loop.head() && loop.contains(l.head()));
      if (innermost && loop.latches().size() == 1 && !done.contains(loop.head())) {
        return loop;
      }
    }
    return null;
  }

  /** A loop's values in one of its turns. */
  private static final class Turn {
    final Map<Value, Value> values = new LinkedHashMap<>();
    final Map<Block, Block> blocks = new LinkedHashMap<>();

    Value value(Value original) {
      return values.getOrDefault(original, original);
    }
  }

  /** Puts more turns behind the loop's own; the last goes back to the first. */
  private static Set<Block> repeat(Graph graph, NaturalLoop loop, int turns) {
    Block latch = loop.latches().get(0);
    int back = loop.head().predecessors().indexOf(latch);
    Turn first = new Turn();
    loop.blocks().forEach(b -> first.blocks.put(b, b));
    List<Turn> all = new ArrayList<>(List.of(first));
    for (int i = 1; i < turns; i++) {
      Turn before = all.get(i - 1);
      Turn turn = new Turn();
      for (Value phi : loop.head().phis()) {
        turn.values.put(phi, before.value(phi.operand(back)));
      }
      copy(graph, loop, turn);
      all.add(turn);
    }
    Turn last = all.get(turns - 1);
    List<Value> carried = new ArrayList<>();
    loop.head().phis().forEach(phi -> carried.add(last.value(phi.operand(back))));
    for (int i = 1; i < turns; i++) {
      link(loop, all.get(i), i + 1 < turns ? all.get(i + 1).blocks.get(loop.head()) : loop.head());
    }
    for (int i = 0; i < carried.size(); i++) {
      loop.head().phis().get(i).addOperand(carried.get(i));
    }
    Block second = all.get(1).blocks.get(loop.head());
    latch.leave(latch.terminator().redirected(loop.head(), second));
    return repair(graph, loop, all);
  }

  /** Puts turns before the loop, which is not entered any more if there are as many as it has. */
  private static Set<Block> peel(Graph graph, NaturalLoop loop, int turns) {
    Block head = loop.head();
    Block latch = loop.latches().get(0);
    int back = head.predecessors().indexOf(latch);
    List<Block> entries = head.predecessors().stream().filter(b -> b != latch).toList();
    if (entries.size() != 1) {
      return repeat(graph, loop, Math.min(turns, MOST_TURNS));
    }
    Block entry = entries.get(0);
    int from = head.predecessors().indexOf(entry);
    List<Turn> all = new ArrayList<>();
    for (int i = 0; i < turns; i++) {
      Turn turn = new Turn();
      for (Value phi : head.phis()) {
        turn.values.put(phi, i == 0 ? phi.operand(from) : all.get(i - 1).value(phi.operand(back)));
      }
      copy(graph, loop, turn);
      all.add(turn);
    }
    Turn last = all.get(turns - 1);
    List<Value> carried = new ArrayList<>();
    head.phis().forEach(phi -> carried.add(last.value(phi.operand(back))));
    for (int i = 0; i < turns; i++) {
      link(loop, all.get(i), i + 1 < turns ? all.get(i + 1).blocks.get(head) : head);
    }
    for (int i = 0; i < carried.size(); i++) {
      head.phis().get(i).addOperand(carried.get(i));
    }
    entry.leave(entry.terminator().redirected(head, all.get(0).blocks.get(head)));
    Turn own = new Turn();
    loop.blocks().forEach(b -> own.blocks.put(b, b));
    all.add(own);
    return repair(graph, loop, all);
  }

  /** Copies blocks and values, phis of the head excepted; how control leaves is linked later. */
  private static void copy(Graph graph, NaturalLoop loop, Turn turn) {
    for (Block block : loop.blocks()) {
      Block other = graph.newBlock();
      turn.blocks.put(block, other);
      if (block != loop.head()) {
        for (Value phi : block.phis()) {
          Value copied = graph.value(phi.operation(), List.of(), phi.origin());
          turn.values.put(phi, other.add(copied));
        }
      }
      for (Value value : block.values()) {
        List<Value> operands = value.operands().stream().map(turn::value).toList();
        Value copied = graph.value(value.operation(), operands, value.origin());
        turn.values.put(value, other.add(copied));
      }
    }
  }

  /** Lets control leave the blocks of a turn as it leaves those of the loop. */
  private static void link(NaturalLoop loop, Turn turn, Block next) {
    for (Block block : loop.blocks()) {
      Block other = turn.blocks.get(block);
      Terminator terminator = CopyRepair.with(block.terminator(), turn.values);
      List<Block> outside = new ArrayList<>();
      for (Block successor : block.successors()) {
        boolean inside = successor == loop.head() || turn.blocks.containsKey(successor);
        Block to = successor == loop.head() ? next : turn.blocks.get(successor);
        if (inside) {
          terminator = terminator.redirected(successor, to);
        } else {
          outside.add(successor);
        }
      }
      other.leave(terminator);
      for (Block successor : outside) {
        int at = successor.predecessors().indexOf(block);
        for (Value phi : successor.phis()) {
          phi.addOperand(turn.value(phi.operand(at)));
        }
      }
    }
    for (Block block : loop.blocks()) {
      if (block != loop.head()) {
        phis(block, turn);
      }
    }
  }

  private static void phis(Block block, Turn turn) {
    Block other = turn.blocks.get(block);
    for (Value phi : block.phis()) {
      for (Block predecessor : other.predecessors()) {
        int at = -1;
        for (int i = 0; i < block.predecessors().size(); i++) {
          at = turn.blocks.get(block.predecessors().get(i)) == predecessor ? i : at;
        }
        turn.values.get(phi).addOperand(turn.value(phi.operand(at)));
      }
    }
  }

  private static Set<Block> repair(Graph graph, NaturalLoop loop, List<Turn> turns) {
    Set<Block> copied = new HashSet<>();
    turns.forEach(turn -> copied.addAll(turn.blocks.values()));
    Map<Value, Map<Block, Value>> definitions = new HashMap<>();
    for (Block block : loop.blocks()) {
      List<Value> defined = new ArrayList<>(block.phis());
      defined.addAll(block.values());
      for (Value value : defined) {
        Map<Block, Value> at = new HashMap<>();
        turns.forEach(turn -> at.put(turn.blocks.get(block), turn.value(value)));
        definitions.put(value, at);
      }
    }
    new CopyRepair(graph, copied, definitions).run(graph);
    return copied;
  }
}
