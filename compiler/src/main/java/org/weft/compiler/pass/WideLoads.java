package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;

/**
 * Numbers that are put together from adjacent loads become one load, in either byte order.
 *
 * <p>Requires: all loads of a number in one block with nothing between them that may write there.
 */
public final class WideLoads implements Pass {
  @Override
  public String name() {
    return "widen-loads";
  }

  /** A load that makes up some bytes of a number, counted from its lowest. */
  private record Part(Value load, int position) {
    Operation.Load operation() {
      return (Operation.Load) load.operation();
    }
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int widened = 0;
    for (Block block : graph.blocks()) {
      for (Value value : block.values()) {
        if (!value.isReplaced() && isSum(value)) {
          widened += widen(graph, value) ? 1 : 0;
        }
      }
    }
    Cleanup.run(graph);
    return widened;
  }

  private static boolean isSum(Value value) {
    return value.operation() instanceof Operation.Alu alu
        && (alu.opcode() == Opcode.OR || alu.opcode() == Opcode.ADD || alu.opcode() == Opcode.XOR);
  }

  private static boolean widen(Graph graph, Value value) {
    List<Part> parts = new ArrayList<>();
    if (!collect(value, 0, parts, 8) || parts.size() < 2) {
      return false;
    }
    boolean is32 = ((Operation.Alu) value.operation()).is32();
    parts.sort(Comparator.comparingInt(Part::position));
    Operation.Load first = parts.get(0).operation();
    Operation.Load last = parts.get(parts.size() - 1).operation();
    boolean swapped = last.offset() < first.offset();
    int bytes = 0;
    int offset = swapped ? last.offset() : first.offset();
    int expected = swapped ? first.offset() + first.bytes() : first.offset();
    for (Part part : parts) {
      Operation.Load load = part.operation();
      int begins = swapped ? expected - load.bytes() : expected;
      boolean fits =
          part.position() == bytes
              && load.offset() == begins
              && (load.bytes() == 1 || load.swapped() == swapped)
              && !load.signed()
              && load.region() == first.region()
              && load.map() == first.map()
              && part.load().operand(0) == parts.get(0).load().operand(0);
      if (!fits) {
        return false;
      }
      bytes += load.bytes();
      expected = swapped ? begins : expected + load.bytes();
    }
    if (bytes > 8 || is32 && bytes > 4 || !sameMemory(parts, value)) {
      return false;
    }
    Value wide =
        graph.value(
            new Operation.Load(first.region(), first.map(), offset, bytes, false, swapped),
            List.of(parts.get(0).load().operand(0)),
            parts.get(0).load().origin());
    Blocks.insertBefore(latest(parts), wide);
    value.replaceWith(wide);
    return true;
  }

  private static boolean collect(Value value, int position, List<Part> parts, int depth) {
    if (depth == 0) {
      return false;
    }
    if (value.operation() instanceof Operation.Load) {
      parts.add(new Part(value, position));
      return true;
    }
    if (isSum(value)) {
      return collect(value.operand(0), position, parts, depth - 1)
          && collect(value.operand(1), position, parts, depth - 1);
    }
    if (value.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.LSH
        && value.operand(1).isConstant()
        && value.operand(1).constant() % 8 == 0) {
      int shift = (int) value.operand(1).constant() / 8;
      return collect(value.operand(0), position + shift, parts, depth - 1);
    }
    return false;
  }

  private static Value latest(List<Part> parts) {
    List<Value> values = parts.get(0).load().block().values();
    return parts.stream()
        .map(Part::load)
        .max(Comparator.comparingInt(values::indexOf))
        .orElseThrow();
  }

  private static boolean sameMemory(List<Part> parts, Value user) {
    Block block = user.block();
    for (Part part : parts) {
      if (part.load().block() != block) {
        return parts.stream().allMatch(p -> p.load().block() == parts.get(0).load().block())
            && quiet(parts);
      }
    }
    return quiet(parts);
  }

  /** Whether nothing between the first and the last of the loads writes their region. */
  private static boolean quiet(List<Part> parts) {
    List<Value> values = parts.get(0).load().block().values();
    List<Integer> places = parts.stream().map(p -> values.indexOf(p.load())).sorted().toList();
    for (int i = places.get(0); i < places.get(places.size() - 1); i++) {
      Operation operation = values.get(i).operation();
      boolean writes =
          operation instanceof Operation.Call call
              ? Memory.writes(call.helper(), parts.get(0).operation().region())
              : !operation.isPure()
                  && (operation.region() == null
                      || operation.region() == parts.get(0).operation().region());
      if (writes) {
        return false;
      }
    }
    return true;
  }
}
