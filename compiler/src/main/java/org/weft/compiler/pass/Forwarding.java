package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;

/**
 * Loads of what was stored before: the stored number takes the load's place. Followed along blocks
 * that have one predecessor.
 */
public final class Forwarding implements Pass {
  private static final int MAX_BYTES = 256;

  @Override
  public String name() {
    return "forward";
  }

  /** Where a byte lies. */
  private record Place(Region region, int map, Value base, int offset) {}

  /** What a byte is: one of the bytes that an instruction stored, counted as they lie in memory. */
  private record Content(Value store, int index) {}

  @Override
  public int run(Graph graph, PassContext context) {
    Map<Block, Map<Place, Content>> ends = new HashMap<>();
    int forwarded = 0;
    for (Block block : new Dominators(graph).order()) {
      List<Block> predecessors = block.predecessors();
      Map<Place, Content> now =
          predecessors.size() == 1 && ends.containsKey(predecessors.get(0))
              ? new HashMap<>(ends.get(predecessors.get(0)))
              : new HashMap<>();
      for (Value value : block.values()) {
        if (value.operation() instanceof Operation.Load load) {
          forwarded += load(graph, value, load, now) ? 1 : 0;
        } else if (value.operation() instanceof Operation.Store store) {
          store(value, store, now);
        } else {
          forget(value.operation(), now);
        }
      }
      if (now.size() > MAX_BYTES) {
        now.clear();
      }
      ends.put(block, now);
    }
    Cleanup.run(graph);
    return forwarded;
  }

  private static Place place(Operation operation, Value base, int index) {
    return new Place(operation.region(), operation.map(), base, operation.offset() + index);
  }

  private static void store(Value value, Operation.Store store, Map<Place, Content> now) {
    Value base = value.operand(0);
    // Another base may point to the same bytes.
    now.keySet()
        .removeIf(
            place ->
                place.region() == store.region()
                    && (place.base() != base || place.map() != store.map()));
    if (store.region() == Region.MAP) {
      return;
    }
    for (int i = 0; i < store.bytes(); i++) {
      now.put(place(store, base, i), new Content(value, i));
    }
  }

  private static void forget(Operation operation, Map<Place, Content> now) {
    if (operation instanceof Operation.Call call) {
      now.keySet().removeIf(place -> Memory.writes(call.helper(), place.region()));
    } else if (operation instanceof Operation.TailCall) {
      now.clear();
    } else if (!operation.isPure()) {
      now.keySet().removeIf(place -> place.region() == operation.region());
    }
  }

  private static boolean load(
      Graph graph, Value value, Operation.Load load, Map<Place, Content> now) {
    List<Content> contents = new ArrayList<>();
    for (int i = 0; i < load.bytes(); i++) {
      Content content = now.get(place(load, value.operand(0), i));
      if (content == null) {
        return false;
      }
      contents.add(content);
    }
    Value result = constant(graph, contents, load);
    if (result == null) {
      result = whole(graph, value, contents, load);
    }
    if (result == null) {
      result = pieces(graph, value, contents, load);
    }
    if (result == null) {
      return false;
    }
    value.replaceWith(result);
    return true;
  }

  private static Value constant(Graph graph, List<Content> contents, Operation.Load load) {
    long number = 0;
    for (int i = 0; i < contents.size(); i++) {
      Value stored = contents.get(i).store().operand(1);
      if (!stored.isConstant()) {
        return null;
      }
      Operation.Store store = (Operation.Store) contents.get(i).store().operation();
      int index = contents.get(i).index();
      int from = store.swapped() ? store.bytes() - 1 - index : index;
      number |= (stored.constant() >>> 8 * from & 0xff) << 8 * i;
    }
    int spare = 64 - 8 * load.bytes();
    if (load.swapped()) {
      number = Long.reverseBytes(number) >>> spare;
    }
    return graph.constant(load.signed() ? number << spare >> spare : number);
  }

  /** All bytes of one store among constant ones: cheaper than to wait for the stores. */
  private static Value pieces(
      Graph graph, Value value, List<Content> contents, Operation.Load load) {
    Value stored = null;
    int from = 0;
    int bytes = 0;
    long constant = 0;
    for (int i = 0; i < contents.size(); i++) {
      Content content = contents.get(i);
      Operation.Store store = (Operation.Store) content.store().operation();
      Value whole = content.store().operand(1);
      if (store.swapped() || load.swapped() || load.signed()) {
        return null;
      }
      if (whole.isConstant()) {
        constant |= (whole.constant() >>> 8 * content.index() & 0xff) << 8 * i;
        continue;
      }
      boolean exact = new Ranges().of(whole).mask() >>> 8 * store.bytes() == 0;
      if (stored == null && content.index() == 0 && store.bytes() < 8 && exact) {
        stored = content.store();
        from = i;
      } else if (stored != content.store() || content.index() != i - from) {
        return null;
      }
      bytes++;
    }
    // Of a byte that was overwritten the stored number still has the old bits.
    if (stored == null || bytes < stored.operation().bytes()) {
      return null;
    }
    Value shifted = stored.operand(1);
    if (from > 0) {
      shifted = alu(graph, value, Opcode.LSH, shifted, graph.constant(8L * from));
    }
    return constant == 0
        ? shifted
        : alu(graph, value, Opcode.OR, shifted, graph.constant(constant));
  }

  private static Value alu(Graph graph, Value place, Opcode opcode, Value a, Value b) {
    Value value = graph.value(new Operation.Alu(opcode, false), List.of(a, b), place.origin());
    Blocks.insertBefore(place, value);
    return value;
  }

  /** The stored value, if the load reads the bytes of one store in full. */
  private static Value whole(
      Graph graph, Value value, List<Content> contents, Operation.Load load) {
    Value first = contents.get(0).store();
    Operation.Store store = (Operation.Store) first.operation();
    for (int i = 0; i < contents.size(); i++) {
      if (contents.get(i).store() != first || contents.get(i).index() != i) {
        return null;
      }
    }
    if (store.bytes() != load.bytes() || store.swapped() != load.swapped() || load.signed()) {
      return null;
    }
    Value stored = first.operand(1);
    long mask = load.bytes() == 8 ? -1 : (1L << 8 * load.bytes()) - 1;
    if ((new Ranges().of(stored).mask() & ~mask) == 0) {
      return stored;
    }
    boolean word = load.bytes() == 4;
    Value cut =
        graph.value(
            new Operation.Alu(word ? Opcode.MOV : Opcode.AND, word),
            word ? List.of(stored) : List.of(stored, graph.constant(mask)),
            value.origin());
    Blocks.insertBefore(value, cut);
    return cut;
  }
}
