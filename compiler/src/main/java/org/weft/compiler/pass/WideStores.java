package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;

/**
 * Adjacent stores of a block become one of up to eight bytes, if what they store is one number:
 * constants, adjacent loads, or parts of one value.
 */
public final class WideStores implements Pass {
  private static final int MAX_BYTES = 8;

  /** Stores further apart than this are not looked at, to keep the work linear. */
  private static final int WINDOW = 96;

  @Override
  public String name() {
    return "widen-stores";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int merged = 0;
    for (Block block : graph.blocks()) {
      boolean changed = true;
      while (changed) {
        changed = mergeOne(graph, block);
        merged += changed ? 1 : 0;
      }
    }
    Cleanup.run(graph);
    return merged;
  }

  private static boolean mergeOne(Graph graph, Block block) {
    List<Value> values = block.values();
    for (int i = 0; i < values.size(); i++) {
      if (!(values.get(i).operation() instanceof Operation.Store)) {
        continue;
      }
      for (int j = i + 1; j < Math.min(values.size(), i + WINDOW); j++) {
        if (!(values.get(j).operation() instanceof Operation.Store)) {
          continue;
        }
        Merge merge = new Merge(graph, values, i, j);
        if (merge.isPossible()) {
          merge.apply(block);
          return true;
        }
      }
    }
    return false;
  }

  /** Two stores that may be one. */
  private static final class Merge {
    private final Graph graph;
    private final List<Value> values;
    private final int first;
    private final int second;
    private final List<Value> added = new ArrayList<>();
    private int loadPlace = -1;

    Merge(Graph graph, List<Value> values, int first, int second) {
      this.graph = graph;
      this.values = values;
      this.first = first;
      this.second = second;
    }

    private Operation.Store store(int index) {
      return (Operation.Store) values.get(index).operation();
    }

    private Value value;

    boolean isPossible() {
      Operation.Store a = store(first);
      Operation.Store b = store(second);
      boolean adjacent =
          a.region() == b.region()
              && a.map() == b.map()
              && values.get(first).operand(0) == values.get(second).operand(0)
              && a.bytes() + b.bytes() <= MAX_BYTES
              && (a.offset() + a.bytes() == b.offset() || b.offset() + b.bytes() == a.offset());
      if (!adjacent || !mayMove()) {
        return false;
      }
      boolean aLow = a.offset() < b.offset();
      value = combined(aLow ? first : second, aLow ? second : first);
      return value != null;
    }

    /** Whether the first store may be done in the second one's place. */
    private boolean mayMove() {
      Operation.Store a = store(first);
      for (int i = first + 1; i < second; i++) {
        Value other = values.get(i);
        Operation operation = other.operation();
        if (operation instanceof Operation.Call || operation instanceof Operation.TailCall) {
          return false;
        }
        boolean touches =
            operation.region() == a.region()
                && (a.region() == Region.MAP && !(operation instanceof Operation.Store)
                    || operation.map() != a.map()
                    || other.operand(0) != values.get(first).operand(0)
                    || operation.offset() < a.offset() + a.bytes()
                        && a.offset() < operation.offset() + operation.bytes());
        if (touches) {
          return false;
        }
      }
      return true;
    }

    private Value combined(int low, int high) {
      Value a = values.get(low).operand(1);
      Value b = values.get(high).operand(1);
      Operation.Store lowStore = store(low);
      Operation.Store highStore = store(high);
      if (a.isConstant() && b.isConstant()) {
        return constants(a, lowStore, b, highStore);
      }
      if (lowStore.swapped() || highStore.swapped()) {
        return null;
      }
      if (b.isConstant(0) && isExactly(a, lowStore.bytes())) {
        return a;
      }
      if (isShifted(b, a, lowStore.bytes())) {
        return a;
      }
      return loads(a, lowStore, b, highStore);
    }

    private static boolean isExactly(Value value, int bytes) {
      return new Ranges().of(value).mask() >>> 8 * bytes == 0;
    }

    /** Whether a value is another one without its lowest bytes. */
    private static boolean isShifted(Value value, Value whole, int bytes) {
      return value.operation() instanceof Operation.Alu alu
          && alu.opcode() == Opcode.RSH
          && !alu.is32()
          && value.operand(1).isConstant(8L * bytes)
          && value.operand(0) == whole;
    }

    private Value constants(Value a, Operation.Store lowStore, Value b, Operation.Store highStore) {
      long low = little(a.constant(), lowStore);
      long high = little(b.constant(), highStore);
      return graph.constant(low | high << 8 * lowStore.bytes());
    }

    private static long little(long constant, Operation.Store store) {
      int spare = 64 - 8 * store.bytes();
      long value = store.swapped() ? Long.reverseBytes(constant) : constant << spare;
      return value >>> spare;
    }

    /** One load in place of two whose bytes are stored as they lie in memory. */
    private Value loads(Value a, Operation.Store lowStore, Value b, Operation.Store highStore) {
      if (!(a.operation() instanceof Operation.Load x)
          || !(b.operation() instanceof Operation.Load y)
          || x.bytes() != lowStore.bytes()
          || y.bytes() != highStore.bytes()
          || x.bytes() > 1 && x.swapped()
          || y.bytes() > 1 && y.swapped()
          || x.region() != y.region()
          || x.map() != y.map()
          || a.operand(0) != b.operand(0)
          || x.offset() + x.bytes() != y.offset()
          || a.block() != b.block()
          || a.block() != values.get(first).block()) {
        return null;
      }
      int from = Math.min(values.indexOf(a), values.indexOf(b));
      int to = Math.max(values.indexOf(a), values.indexOf(b));
      for (int i = from; i < to; i++) {
        if (mayWrite(values.get(i), a, b)) {
          return null;
        }
      }
      loadPlace = from;
      Value wide =
          graph.value(
              new Operation.Load(
                  x.region(), x.map(), x.offset(), x.bytes() + y.bytes(), false, false),
              List.of(a.operand(0)),
              a.origin());
      added.add(wide);
      return wide;
    }

    /** Whether an instruction may write what the later of two loads reads. */
    private static boolean mayWrite(Value other, Value a, Value b) {
      Operation operation = other.operation();
      Operation.Load x = (Operation.Load) a.operation();
      Operation.Load y = (Operation.Load) b.operation();
      if (operation instanceof Operation.Call call) {
        return Memory.writes(call.helper(), x.region());
      }
      if (operation.isPure() || operation.region() != x.region()) {
        return operation instanceof Operation.TailCall;
      }
      boolean apart =
          other.operand(0) == a.operand(0)
              && operation.map() == x.map()
              && (operation.offset() >= y.offset() + y.bytes()
                  || operation.offset() + operation.bytes() <= x.offset());
      return !apart;
    }

    void apply(Block block) {
      Operation.Store a = store(first);
      Operation.Store b = store(second);
      Value old = values.get(second);
      Value wide =
          graph.value(
              new Operation.Store(
                  a.region(),
                  a.map(),
                  Math.min(a.offset(), b.offset()),
                  a.bytes() + b.bytes(),
                  false),
              List.of(old.operand(0), value),
              old.origin());
      List<Value> result = new ArrayList<>();
      for (int i = 0; i < values.size(); i++) {
        if (i == loadPlace) {
          result.addAll(added);
        }
        if (i == second) {
          result.add(wide);
        } else if (i != first) {
          result.add(values.get(i));
        }
      }
      block.setValues(result);
    }
  }
}
