package org.weft.compiler.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;

/**
 * What a graph was before it was scheduled. A scheduler may put empty blocks on edges, and nothing
 * else.
 */
public final class Original {
  private final List<Block> order;
  private final Map<Block, Content> blocks = new HashMap<>();
  private final Map<Value, Instruction> instructions = new HashMap<>();

  private record Content(List<Value> phis, List<Value> values, Terminator end, List<Block> from) {}

  private record Instruction(Operation operation, List<Value> operands) {}

  /** Notes what a graph is. */
  public Original(Graph graph) {
    order = List.copyOf(graph.blocks());
    for (Block block : order) {
      blocks.put(
          block,
          new Content(
              List.copyOf(block.phis()),
              List.copyOf(block.values()),
              block.terminator(),
              List.copyOf(block.predecessors())));
      block.phis().forEach(this::note);
      block.values().forEach(this::note);
    }
  }

  private void note(Value value) {
    instructions.put(value, new Instruction(value.operation(), value.operands()));
  }

  /**
   * Checks that a graph still is what it was, but for empty blocks on edges.
   *
   * @throws IllegalStateException naming the block that is another
   */
  public void requireIn(Graph graph) {
    require(graph.blocks().size() >= order.size(), "a block is gone");
    for (int i = 0; i < order.size(); i++) {
      Block block = order.get(i);
      require(graph.blocks().get(i) == block, block + " is elsewhere");
      require(isSame(block, blocks.get(block)), block + " is another");
    }
    for (Block block : graph.blocks().subList(order.size(), graph.blocks().size())) {
      boolean between =
          block.phis().isEmpty()
              && block.values().isEmpty()
              && block.terminator() instanceof Terminator.Goto;
      require(between, block + " is new and not empty");
    }
  }

  private boolean isSame(Block block, Content was) {
    if (!block.values().equals(was.values()) || !block.phis().equals(was.phis())) {
      return false;
    }
    for (Value value : was.values()) {
      Instruction before = instructions.get(value);
      if (!value.operation().equals(before.operation())
          || !value.operands().equals(before.operands())) {
        return false;
      }
    }
    return leadsOn(block, was) && sameOperands(block, was);
  }

  /** The block behind empty new ones. */
  private Block behind(Block start) {
    Block now = start;
    Set<Block> seen = new HashSet<>();
    while (!blocks.containsKey(now) && seen.add(now)) {
      now = now.successors().get(0);
    }
    return now;
  }

  private boolean leadsOn(Block block, Content was) {
    Terminator end = was.end();
    for (Block successor : block.successors()) {
      end = end.redirected(behind(successor), successor);
    }
    return end.equals(block.terminator());
  }

  private boolean sameOperands(Block block, Content was) {
    List<Block> now = new ArrayList<>();
    for (Block predecessor : block.predecessors()) {
      Block from = predecessor;
      while (!blocks.containsKey(from)) {
        if (from.predecessors().size() != 1) {
          return false;
        }
        from = from.predecessors().get(0);
      }
      now.add(from);
    }
    if (now.size() != was.from().size() || !new HashSet<>(now).equals(new HashSet<>(was.from()))) {
      return false;
    }
    for (Value phi : was.phis()) {
      for (int i = 0; i < now.size(); i++) {
        Value before = instructions.get(phi).operands().get(was.from().indexOf(now.get(i)));
        if (phi.operand(i) != before) {
          return false;
        }
      }
    }
    return true;
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException("scheduling changed the program: " + what);
    }
  }
}
