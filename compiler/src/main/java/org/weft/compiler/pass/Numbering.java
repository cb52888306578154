package org.weft.compiler.pass;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * Global value numbering: what a dominating instruction computed is not computed again. Loads are
 * the same only while nothing may have been written in between; see {@link Memory}.
 */
public final class Numbering implements Pass {
  @Override
  public String name() {
    return "number";
  }

  private record Key(Operation operation, List<Integer> operands, int version) {}

  @Override
  public int run(Graph graph, PassContext context) {
    Dominators dominators = new Dominators(graph);
    Memory memory = new Memory(graph, dominators.order());
    Map<Key, Value> known = new HashMap<>();
    int replaced = 0;
    Deque<Object> work = new ArrayDeque<>(List.of(graph.entry()));
    while (!work.isEmpty()) {
      Object item = work.pop();
      if (item instanceof Undo undo) {
        undo.added().forEach(known::remove);
        continue;
      }
      Block block = (Block) item;
      List<Key> added = new ArrayList<>();
      for (Value value : block.values()) {
        Key key = key(value, memory);
        if (key == null) {
          continue;
        }
        Value same = known.get(key);
        if (same == null) {
          known.put(key, value);
          added.add(key);
        } else {
          value.replaceWith(same);
          replaced++;
        }
      }
      work.push(new Undo(added));
      dominators.children(block).forEach(work::push);
    }
    Cleanup.run(graph);
    return replaced;
  }

  private record Undo(List<Key> added) {}

  private static Key key(Value value, Memory memory) {
    Operation operation = value.operation();
    if (!operation.isPure() || value.isPhi() || operation instanceof Operation.Parameter) {
      return null;
    }
    List<Integer> operands = new ArrayList<>(value.operands().stream().map(Value::id).toList());
    if (operation instanceof Operation.Alu alu && isCommutative(alu.opcode())) {
      operands.sort(null);
    }
    return new Key(operation, operands, memory.version(value));
  }

  private static boolean isCommutative(Opcode opcode) {
    return switch (opcode) {
      case ADD, AND, OR, XOR, MUL -> true;
      default -> false;
    };
  }
}
