package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;

/**
 * Phis and what flows into them, as far as one register can hold all of it, so that nothing has to
 * be moved: no two of a class are needed at once, and none is needed where a branch may not be
 * taken for which a phi of the class is written before it.
 */
final class PhiClasses {
  /** Larger classes are not worth the search. */
  private static final int MAX_SIZE = 48;

  private final Live live;
  private final boolean boundsMove;
  private final Map<Value, Set<Value>> classes = new HashMap<>();
  private final Map<Value, Integer> positions = new HashMap<>();
  private final Map<Block, Map<Value, Integer>> lastUses = new HashMap<>();
  private final Map<Block, Set<Value>> atEnd = new HashMap<>();

  /** A value that flows into a phi, and how often. */
  private record Flow(Value phi, Value operand, double frequency) {}

  PhiClasses(Graph graph, Live live, Likelihoods likelihoods, boolean boundsMove) {
    this.live = live;
    this.boundsMove = boundsMove;
    List<Flow> flows = new ArrayList<>();
    for (Block block : graph.blocks()) {
      look(block);
      if (TraceFormation.isExit(block)) {
        continue;
      }
      for (Value phi : block.phis()) {
        for (int i = 0; i < phi.size(); i++) {
          Block from = block.predecessors().get(i);
          if (mayShare(phi.operand(i))) {
            double frequency = likelihoods.frequency(from) * likelihoods.of(from, block);
            flows.add(new Flow(phi, phi.operand(i), frequency));
          }
        }
      }
    }
    flows.sort(Comparator.comparingDouble((Flow flow) -> -flow.frequency()));
    flows.forEach(flow -> join(flow.phi(), flow.operand()));
  }

  /** The values that are held where a value is, with itself. */
  Set<Value> of(Value value) {
    return classes.getOrDefault(value, Set.of(value));
  }

  private boolean mayShare(Value value) {
    return !value.isConstant()
        && !Facts.isStable(value, boundsMove)
        && !(value.isPhi() && TraceFormation.isExit(value.block()));
  }

  private void look(Block block) {
    Map<Value, Integer> last = new HashMap<>();
    for (int i = 0; i < block.values().size(); i++) {
      Value value = block.values().get(i);
      positions.put(value, i);
      for (Value operand : value.operands()) {
        last.put(operand, i);
      }
    }
    for (Value operand : block.terminator().operands()) {
      last.put(operand, block.values().size());
    }
    lastUses.put(block, last);
    Set<Value> end = new HashSet<>();
    for (Block successor : block.successors()) {
      end.addAll(live.atStart(successor));
      end.addAll(flowing(block, successor));
    }
    atEnd.put(block, end);
  }

  /** What flows into the phis of a block from one of its predecessors. */
  private static List<Value> flowing(Block from, Block to) {
    int index = to.predecessors().indexOf(from);
    return to.phis().stream().map(phi -> phi.operand(index)).toList();
  }

  private void join(Value phi, Value operand) {
    Set<Value> one = of(phi);
    Set<Value> other = of(operand);
    if (one == other || one.contains(operand) || one.size() + other.size() > MAX_SIZE) {
      return;
    }
    for (Value a : one) {
      for (Value b : other) {
        if (isNeededBehind(a, b) || isNeededBehind(b, a)) {
          return;
        }
      }
    }
    Set<Value> both = new LinkedHashSet<>(one);
    both.addAll(other);
    if (both.stream().allMatch(value -> !value.isPhi() || isWrittenAlone(value, both))) {
      both.forEach(value -> classes.put(value, both));
    }
  }

  /** Whether a value is needed behind the place where another one is made. */
  private boolean isNeededBehind(Value value, Value made) {
    Block block = made.block();
    if (made.isPhi()) {
      return value.block() == block ? value.isPhi() : live.atStart(block).contains(value);
    }
    boolean there =
        value.block() == block
            ? value.isPhi() || positions.get(value) < positions.get(made)
            : live.atStart(block).contains(value);
    int last = lastUses.get(block).getOrDefault(value, -1);
    return there && (atEnd.get(block).contains(value) || last > positions.get(made));
  }

  /** Whether writing a phi before a branch leaves alone what the branch's other side needs. */
  private boolean isWrittenAlone(Value phi, Set<Value> members) {
    Block block = phi.block();
    for (int i = 0; i < phi.size(); i++) {
      Block from = block.predecessors().get(i);
      if (members.contains(phi.operand(i))) {
        continue;
      }
      for (Block other : from.successors()) {
        boolean needed =
            other != block
                && (live.atStart(other).stream().anyMatch(members::contains)
                    || flowing(from, other).stream().anyMatch(members::contains));
        if (needed) {
          return false;
        }
      }
    }
    return true;
  }
}
