package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * An update of an array that is known, or was found in a known map of maps, becomes stores: Linux,
 * too, copies the value in place, word by word ({@code array_map_update_elem}). Where the index may
 * be too large, a branch takes the call's place.
 */
public final class ArrayUpdates implements Pass {
  private static final int MOST_BYTES = 64;
  private static final int E2BIG = -7;

  /** {@code BPF_EXIST}: as all entries are there, the same as no flag. */
  private static final int EXIST = 2;

  @Override
  public String name() {
    return "array-updates";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int replaced = 0;
    for (Block block : List.copyOf(graph.blocks())) {
      Block now = block;
      for (Value value : block.values()) {
        MapDefinition map = ArrayLookups.array(value, HelperFunction.MAP_UPDATE_ELEM, context);
        if (map != null && isCopy(value, map)) {
          now = replace(graph, now, value, map);
          replaced++;
        }
      }
    }
    Cleanup.run(graph);
    return replaced;
  }

  /** Whether the update does nothing but copy a value, of not too many bytes. */
  private static boolean isCopy(Value call, MapDefinition map) {
    Value flags = call.operand(3);
    boolean whole = Long.bitCount(map.valueSize()) == 1 && map.valueSize() <= Long.BYTES;
    return (flags.isConstant(0) || flags.isConstant(EXIST))
        && !map.hasLock()
        && map.valueSize() <= MOST_BYTES
        && (region(call, 1) != Region.REGISTER || whole);
  }

  private static Region region(Value call, int memory) {
    return ((Operation.Call) call.operation()).regions().get(memory);
  }

  private static Block replace(Graph graph, Block block, Value call, MapDefinition map) {
    List<Value> values = block.values();
    int at = values.indexOf(call);
    List<Value> before = new ArrayList<>(values.subList(0, at));
    List<Value> after = new ArrayList<>(values.subList(at + 1, values.size()));
    Value index = ArrayLookups.index(graph, call, before);
    List<Value> copy = copy(graph, call, map, index);
    if (Long.compareUnsigned(new Ranges().of(index).max(), map.maxEntries()) < 0) {
      before.addAll(copy);
      before.addAll(after);
      block.setValues(before);
      call.replaceWith(graph.constant(0));
      return block;
    }
    Terminator end = block.terminator();
    Block inside = graph.newBlock();
    Block rest = graph.newBlock();
    block.setValues(before);
    copy.forEach(inside::add);
    rest.setValues(after);
    for (Block successor : end.successors()) {
      successor.replacePredecessor(block, rest);
    }
    rest.setTerminatorOnly(end);
    block.setTerminatorOnly(new Terminator.Exit(graph.constant(0), Value.NO_ORIGIN));
    block.leave(
        new Terminator.Branch(
            Condition.GE,
            false,
            index,
            graph.constant(map.maxEntries()),
            rest,
            inside,
            ArrayLookups.MISS,
            call.origin()));
    inside.leave(new Terminator.Goto(rest));
    Value phi = graph.value(new Operation.Phi(), List.of(), call.origin());
    rest.addPhi(phi, List.of(graph.constant(E2BIG), graph.constant(0)));
    call.replaceWith(phi);
    return rest;
  }

  /** Loads of all of the value, then stores: it may be a map's value itself. */
  private static List<Value> copy(Graph graph, Value call, MapDefinition map, Value index) {
    Value stride = graph.constant(ArrayLookups.stride(map));
    Value place = ArrayLookups.alu(graph, Opcode.MUL, index, stride, call);
    Value address = ArrayLookups.alu(graph, Opcode.HIGH, place, call.operand(0), call);
    List<Value> loads = new ArrayList<>();
    List<Value> stores = new ArrayList<>();
    Region from = region(call, 1);
    int bytes;
    for (int at = 0; at < map.valueSize(); at += bytes) {
      bytes = Integer.highestOneBit((int) Math.min(Long.BYTES, map.valueSize() - at));
      Value word = call.operand(2);
      if (from != Region.REGISTER) {
        Operation load = new Operation.Load(from, 0, at, bytes, false, false);
        word = graph.value(load, List.of(call.operand(2)), call.origin());
        loads.add(word);
      }
      Operation store = new Operation.Store(Region.MAP, 0, at, bytes, false);
      stores.add(graph.value(store, List.of(address, word), call.origin()));
    }
    List<Value> all = new ArrayList<>(List.of(place, address));
    all.addAll(loads);
    all.addAll(stores);
    return all;
  }
}
