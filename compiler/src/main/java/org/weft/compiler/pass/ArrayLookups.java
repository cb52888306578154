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
import org.weft.isa.xdp.MapType;

/**
 * A lookup in an array that is known, or in one that was found in a known map of maps, becomes
 * arithmetic: the index times the distance of values. Where the index may be too large, a branch
 * takes the call's place. Of maps of devices, CPUs and sockets the entry is looked at, too: one
 * that is zero is none.
 */
public final class ArrayLookups implements Pass {
  /** How likely an index is too large, if nothing is known of it. */
  private static final double MISS = 0.02;

  @Override
  public String name() {
    return "array-lookups";
  }

  @Override
  public int run(Graph graph, PassContext context) {
    int replaced = 0;
    for (Block block : List.copyOf(graph.blocks())) {
      Block now = block;
      for (Value value : block.values()) {
        MapDefinition map = array(value, context);
        if (map == null) {
          continue;
        }
        boolean multiplies = context.machine().multipliers() > 0;
        now = replace(graph, now, value, map, multiplies);
        replaced++;
      }
    }
    Cleanup.run(graph);
    return replaced;
  }

  /** What is known of the array that a call looks in, if arithmetic can find its values. */
  private static MapDefinition array(Value value, PassContext context) {
    boolean looks =
        value.operation() instanceof Operation.Call call
            && call.helper() == HelperFunction.MAP_LOOKUP_ELEM;
    MapDefinition map = looks ? context.mapOf(value.operand(0)) : null;
    boolean indexed = map != null && (isArray(map) || mayBeEmpty(map));
    if (!indexed || map.keySize() != 4 || map.maxEntries() == 0) {
      return null;
    }
    if (!value.operand(0).isConstant() && !map.fixesEntries()) {
      return null;
    }
    return stride(map) * map.maxEntries() > Integer.MAX_VALUE ? null : map;
  }

  private static boolean isArray(MapDefinition map) {
    return map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
  }

  /** Whether entries are of what may be there or not: one that is zero is none. */
  private static boolean mayBeEmpty(MapDefinition map) {
    return map.type() == MapType.DEVMAP
        || map.type() == MapType.CPUMAP
        || map.type() == MapType.XSKMAP;
  }

  /** Bytes from one value to the next. */
  private static long stride(MapDefinition map) {
    return Math.max(8, (map.valueSize() + 7) / 8 * 8);
  }

  private static Block replace(
      Graph graph, Block block, Value call, MapDefinition map, boolean multiplies) {
    List<Value> values = block.values();
    int at = values.indexOf(call);
    List<Value> before = new ArrayList<>(values.subList(0, at));
    List<Value> after = new ArrayList<>(values.subList(at + 1, values.size()));
    Value index = index(graph, call, before);
    List<Value> product = product(graph, index, stride(map), call, multiplies);
    Value place = product.get(product.size() - 1);
    Value address = alu(graph, Opcode.HIGH, place, call.operand(0), call);
    boolean fits = Long.compareUnsigned(new Ranges().of(index).max(), map.maxEntries()) < 0;
    if (fits && !mayBeEmpty(map)) {
      before.addAll(product);
      before.add(address);
      before.addAll(after);
      block.setValues(before);
      call.replaceWith(address);
      return block;
    }
    Terminator end = block.terminator();
    double misses = misses(end, call);
    Block next = graph.newBlock();
    Block rest = graph.newBlock();
    block.setValues(before);
    rest.setValues(after);
    for (Block successor : end.successors()) {
      successor.replacePredecessor(block, rest);
    }
    rest.setTerminatorOnly(end);
    block.setTerminatorOnly(new Terminator.Exit(graph.constant(0), Value.NO_ORIGIN));
    List<Value> found = new ArrayList<>();
    Block inside = block;
    if (!fits) {
      Value entries = graph.constant(map.maxEntries());
      leaveIf(block, Condition.GE, index, entries, rest, next, misses, call);
      found.add(graph.constant(0));
      inside = next;
      next = mayBeEmpty(map) ? graph.newBlock() : null;
    }
    product.forEach(inside::add);
    inside.add(address);
    if (mayBeEmpty(map)) {
      Operation load = new Operation.Load(Region.MAP, 0, 0, 4, false, false);
      Value entry = inside.add(graph.value(load, List.of(address), call.origin()));
      Value none = graph.constant(0);
      leaveIf(inside, Condition.EQ, entry, none, rest, next, misses, call);
      found.add(none);
      inside = next;
    }
    inside.leave(new Terminator.Goto(rest));
    found.add(address);
    Value phi = graph.value(new Operation.Phi(), List.of(), call.origin());
    rest.addPhi(phi, found);
    call.replaceWith(phi);
    return rest;
  }

  private static void leaveIf(
      Block block,
      Condition condition,
      Value a,
      Value b,
      Block target,
      Block otherwise,
      double likelihood,
      Value call) {
    block.leave(
        new Terminator.Branch(
            condition, false, a, b, target, otherwise, likelihood, call.origin()));
  }

  /**
   * How likely the index is too large: as the test for null behind it was measured, else hardly.
   */
  private static double misses(Terminator end, Value call) {
    boolean measured =
        end instanceof Terminator.Branch branch
            && branch.likelihood() >= 0
            && branch.a() == call
            && branch.b().isConstant(0);
    if (!measured) {
      return MISS;
    }
    Terminator.Branch test = (Terminator.Branch) end;
    return switch (test.condition()) {
      case EQ -> test.likelihood();
      case NE -> 1 - test.likelihood();
      default -> MISS;
    };
  }

  /** The index that a call is given; what has to be computed for it comes behind the others. */
  private static Value index(Graph graph, Value call, List<Value> before) {
    Region region = ((Operation.Call) call.operation()).regions().get(0);
    Value key = call.operand(1);
    boolean register = region == Region.REGISTER;
    Value index =
        graph.value(
            register
                ? new Operation.Alu(Opcode.MOV, true)
                : new Operation.Load(region, 0, 0, 4, false, false),
            List.of(key),
            call.origin());
    if (register && new Ranges().of(key).is32()) {
      return key;
    }
    before.add(index);
    return index;
  }

  /** An index times a stride; without a multiplier as a sum of shifts. */
  private static List<Value> product(
      Graph graph, Value index, long stride, Value call, boolean multiplies) {
    if (multiplies || Long.bitCount(stride) == 1) {
      return List.of(alu(graph, Opcode.MUL, index, graph.constant(stride), call));
    }
    List<Value> values = new ArrayList<>();
    Value sum = null;
    for (long bits = stride; bits != 0; bits &= bits - 1) {
      Value distance = graph.constant(Long.numberOfTrailingZeros(bits));
      Value shifted = alu(graph, Opcode.LSH, index, distance, call);
      values.add(shifted);
      if (sum != null) {
        shifted = alu(graph, Opcode.ADD, sum, shifted, call);
        values.add(shifted);
      }
      sum = shifted;
    }
    return values;
  }

  private static Value alu(Graph graph, Opcode opcode, Value a, Value b, Value origin) {
    return graph.value(new Operation.Alu(opcode, false), List.of(a, b), origin.origin());
  }
}
