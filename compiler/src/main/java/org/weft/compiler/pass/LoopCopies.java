package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.NaturalLoop;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/** Copies of a loop's body, one behind the other, each with all exits. */
final class LoopCopies {
  private final Graph graph;
  private final NaturalLoop loop;

  /** The loop itself first, then its copies. */
  private final List<Turn> turns = new ArrayList<>();

  /** What flows into the head's phis from the loop's own latches, in their order. */
  private final Map<Value, List<Value>> back = new HashMap<>();

  /** How control left the loop's blocks before there were copies. */
  private final Map<Block, Terminator> ends = new HashMap<>();

  /** What stands for the loop's blocks and values in one copy. */
  private record Turn(Map<Block, Block> blocks, Map<Value, Value> values) {
    Turn() {
      this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    Block of(Block block) {
      return blocks.getOrDefault(block, block);
    }

    Value of(Value value) {
      return values.getOrDefault(value, value);
    }
  }

  LoopCopies(Graph graph, NaturalLoop loop) {
    this.graph = graph;
    this.loop = loop;
    Turn first = new Turn();
    for (Block block : loop.blocks()) {
      first.blocks().put(block, block);
      ends.put(block, block.terminator());
      block.phis().forEach(phi -> first.values().put(phi, phi));
      block.values().forEach(value -> first.values().put(value, value));
    }
    turns.add(first);
    for (Value phi : loop.head().phis()) {
      List<Value> operands = new ArrayList<>();
      for (Block latch : loop.latches()) {
        operands.add(phi.operand(loop.head().predecessors().indexOf(latch)));
      }
      back.put(phi, operands);
    }
  }

  /**
   * Puts copies behind the body. The last one leads back to the first, or nothing does. Leaves
   * blocks that are not reached.
   *
   * @param count bodies in all, at least 1
   * @param end where the loop ends at the latest, or null; with as many bodies as turns no loop is
   *     left
   */
  void unroll(int count, Turns.End end) {
    for (int i = 1; i < count; i++) {
      append();
    }
    for (int i = 0; end != null && i < count; i++) {
      decide(i, count, end);
    }
    if (end == null || count < end.turns()) {
      turns.forEach(turn -> new Inductions(graph).run(turn.blocks().values()));
    }
    Set<Block> inside = new HashSet<>();
    turns.forEach(turn -> inside.addAll(turn.blocks().values()));
    new CopiedUses(graph, definitions(), inside).repair(graph);
  }

  /** The end comes in one of the bodies only, and in this one it is sure if no loop is left. */
  private void decide(int body, int count, Turns.End end) {
    Turn turn = turns.get(body);
    Terminator.Branch branch = (Terminator.Branch) turn.of(end.leaving()).terminator();
    Block stays = branch.taken() == end.exit() ? branch.next() : branch.taken();
    if ((end.turns() - 1) % count != body) {
      turn.of(end.leaving()).leave(new Terminator.Goto(stays));
    } else if (count == end.turns()) {
      turn.of(end.leaving()).leave(new Terminator.Goto(end.exit()));
    }
  }

  /** Copies the body once more, between the last copy and the head. */
  private void append() {
    Turn before = turns.get(turns.size() - 1);
    Turn turn = new Turn();
    turns.add(turn);
    loop.blocks().forEach(block -> turn.blocks().put(block, graph.newBlock()));
    for (Value phi : loop.head().phis()) {
      List<Value> operands = back.get(phi).stream().map(before::of).toList();
      turn.values().put(phi, operands.size() == 1 ? operands.get(0) : phi(turn, phi));
    }
    for (Block block : loop.blocks()) {
      if (block != loop.head()) {
        block.phis().forEach(phi -> turn.values().put(phi, phi(turn, phi)));
      }
      for (Value value : block.values()) {
        List<Value> operands = value.operands().stream().map(turn::of).toList();
        Value copy = graph.value(value.operation(), operands, value.origin());
        turn.values().put(value, turn.of(block).add(copy));
      }
    }
    loop.blocks().forEach(block -> leave(block, turn));
    loop.blocks().stream()
        .filter(block -> block != loop.head())
        .forEach(block -> operands(block, turn));
    for (int i = 0; i < loop.latches().size(); i++) {
      Block latch = before.of(loop.latches().get(i));
      latch.leave(latch.terminator().redirected(loop.head(), turn.of(loop.head())));
      for (Value phi : loop.head().phis()) {
        if (loop.latches().size() > 1) {
          turn.of(phi).addOperand(before.of(back.get(phi).get(i)));
        }
      }
    }
  }

  private Value phi(Turn turn, Value phi) {
    Value copy = graph.value(new Operation.Phi(), List.of(), phi.origin());
    return turn.of(phi.block()).add(copy);
  }

  /** Ends a copied block as its original does: within the copy, to the head, or out of the loop. */
  private void leave(Block block, Turn turn) {
    Terminator terminator = CopiedUses.copied(ends.get(block), turn.values());
    Map<Block, List<Value>> incoming = new LinkedHashMap<>();
    for (Block successor : ends.get(block).successors()) {
      if (successor != loop.head() && loop.contains(successor)) {
        terminator = terminator.redirected(successor, turn.of(successor));
      } else {
        List<Value> operands = new ArrayList<>();
        for (Value phi : successor.phis()) {
          operands.add(
              successor == loop.head()
                  ? back.get(phi).get(loop.latches().indexOf(block))
                  : phi.operand(successor.predecessors().indexOf(block)));
        }
        incoming.put(successor, operands);
      }
    }
    turn.of(block).leave(terminator);
    incoming.forEach(
        (successor, operands) -> {
          for (int i = 0; i < operands.size(); i++) {
            successor.phis().get(i).addOperand(turn.of(operands.get(i)));
          }
        });
  }

  /** The operands of a copied block's phis, in the order of its predecessors. */
  private static void operands(Block block, Turn turn) {
    for (Block predecessor : turn.of(block).predecessors()) {
      int index = 0;
      while (turn.of(block.predecessors().get(index)) != predecessor) {
        index++;
      }
      for (Value phi : block.phis()) {
        turn.of(phi).addOperand(turn.of(phi.operand(index)));
      }
    }
  }

  private Map<Value, Map<Block, Value>> definitions() {
    Map<Value, Map<Block, Value>> definitions = new LinkedHashMap<>();
    for (Value value : turns.get(0).values().keySet()) {
      Map<Block, Value> byBlock = new HashMap<>();
      turns.forEach(turn -> byBlock.put(turn.of(value.block()), turn.of(value)));
      definitions.put(value, byBlock);
    }
    return definitions;
  }
}
