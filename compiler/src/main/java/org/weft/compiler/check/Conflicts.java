package org.weft.compiler.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/** Which instructions may not change places, since they may touch the same memory. */
public final class Conflicts {
  private static final int UNKNOWN = -1;
  private static final int ADDRESSES = 1 << 16;

  private final Meaning meaning;
  private final List<MapDefinition> maps;
  private final Place[] places;
  private final int pointedFloor;
  private final Map<Value, List<Argument>> arguments = new HashMap<>();
  private final Map<Region, List<Value>> readsIn = new EnumMap<>(Region.class);
  private final Map<Value, Boolean> seen = new HashMap<>();
  private final Map<Value, BitSet> spoils = new HashMap<>();

  /**
   * Where an access goes.
   *
   * @param map handle of the map; 0 when not known
   * @param named the map that the instruction itself names, or 0
   * @param root name of the base without what is added to it; {@link #UNKNOWN} for a number
   */
  private record Place(Region region, int map, int named, int root, long offset, int bytes) {}

  /**
   * Memory that a call reads or writes.
   *
   * @param from first byte, for a known place of the stack; else {@link #UNKNOWN}
   * @param to the byte behind the last one
   */
  private record Argument(Region region, boolean written, int from, int to) {}

  /** Looks at what the instructions of a graph touch. */
  public Conflicts(Meaning meaning, List<MapDefinition> maps) {
    this.meaning = meaning;
    this.maps = maps;
    places = new Place[meaning.graph().valueLimit()];
    pointedFloor = meaning.graph().pointedFloor();
  }

  /** Whether a load or read of a fact may give another number behind an effect than before it. */
  public boolean spoils(Value effect, Value read) {
    if (read.operation() instanceof Operation.ReadFact fact) {
      boolean moves = fact.fact() == Fact.LENGTH || fact.fact() == Fact.METADATA;
      return moves && movesBounds(effect);
    }
    Region region = read.operation().region();
    if (isCall(effect)) {
      return region == Region.MAP && touchesMaps(effect)
          || region == Region.PACKET && movesBounds(effect)
          || writes(effect, region);
    }
    return mayTouchSame(effect, read);
  }

  /** Whether any load or read of a fact sees an effect. */
  boolean isSeen(Value effect) {
    return seen.computeIfAbsent(
        effect, e -> readsFor(e).stream().anyMatch(read -> spoils(e, read)));
  }

  /** Ids of the loads before an effect that give another number behind it. */
  BitSet spoiled(Value effect) {
    BitSet known = spoils.get(effect);
    if (known == null) {
      known = new BitSet();
      for (Value read : readsFor(effect)) {
        if (meaning.isBefore(read, effect) && spoils(effect, read)) {
          known.set(read.id());
        }
      }
      spoils.put(effect, known);
    }
    return known;
  }

  private boolean writesMemory(Value call) {
    for (Region region : Region.values()) {
      if (writes(call, region)) {
        return true;
      }
    }
    return false;
  }

  /** The loads and reads of facts that an effect may spoil: of a store those in its region. */
  private List<Value> readsFor(Value effect) {
    boolean onlyMaps = isCall(effect) && !movesBounds(effect) && !writesMemory(effect);
    if (isCall(effect) && !onlyMaps) {
      return meaning.reads();
    }
    if (readsIn.isEmpty()) {
      for (Value read : meaning.reads()) {
        Region region = read.operation().region();
        if (region != null) {
          readsIn.computeIfAbsent(region, r -> new ArrayList<>()).add(read);
        }
      }
    }
    return readsIn.getOrDefault(onlyMaps ? Region.MAP : effect.operation().region(), List.of());
  }

  /** Whether two effects may not change places. */
  public boolean clash(Value a, Value b) {
    if (isCall(a) && isCall(b)) {
      return true;
    }
    if (isCall(a) || isCall(b)) {
      Value call = isCall(a) ? a : b;
      Value store = isCall(a) ? b : a;
      Region region = store.operation().region();
      return call.operation() instanceof Operation.TailCall
          || region == Region.MAP
          || region == Region.PACKET && movesBounds(call)
          || writes(call, region)
          || reads(call, store);
    }
    return mayTouchSame(a, b);
  }

  /** Whether the second of two effects must not stand in the row of the first. */
  public boolean needsRow(Value first, Value second) {
    if (second.operation() instanceof Operation.TailCall && !isCall(first)) {
      return false;
    }
    boolean onlyReads =
        isCall(first)
            && first.operation() instanceof Operation.Call
            && !isCall(second)
            && second.operation().region() != Region.MAP
            && !movesBounds(first)
            && !writes(first, second.operation().region());
    return clash(first, second) && !onlyReads;
  }

  /**
   * Whether a load, atomic operation or call may read one of these bytes of the stack: at an
   * unknown address none below the graph's {@link Graph#pointedFloor}.
   */
  public boolean reads(Value value, BitSet stack) {
    if (stack.isEmpty()) {
      return false;
    }
    if (isCall(value)) {
      for (Argument argument : arguments(value)) {
        if (argument.region() == Region.STACK && !argument.written()) {
          boolean unknown = argument.from() == UNKNOWN;
          int first = stack.nextSetBit(unknown ? pointedFloor : Math.max(0, argument.from()));
          if (first >= 0 && (unknown || first < argument.to())) {
            return true;
          }
        }
      }
      return false;
    }
    boolean store = value.operation() instanceof Operation.Store;
    if (store || value.operation().region() != Region.STACK) {
      return false;
    }
    if (!meaning.isNumber(meaning.name(value.operand(0)))) {
      return stack.nextSetBit(pointedFloor) >= 0;
    }
    int from = Math.max(0, meaning.stackPlace(value));
    int first = stack.nextSetBit(from);
    return first >= 0 && first < meaning.stackPlace(value) + value.operation().bytes();
  }

  private static boolean isCall(Value value) {
    return value.operation() instanceof Operation.Call
        || value.operation() instanceof Operation.TailCall;
  }

  private static boolean touchesMaps(Value value) {
    return !(value.operation() instanceof Operation.Call call) || call.helper().touchesMaps();
  }

  private static boolean movesBounds(Value value) {
    return value.operation() instanceof Operation.Call call && call.helper().movesPacketBounds();
  }

  private static boolean orders(Value value) {
    return value.operation() instanceof Operation.Atomic atomic && atomic.fetch();
  }

  private boolean mayTouchSame(Value a, Value b) {
    Place one = place(a);
    Place two = place(b);
    if (one.region() != two.region()) {
      return false;
    }
    if (orders(a) || orders(b)) {
      return true;
    }
    if (one.map() != 0 && two.map() != 0 && one.map() != two.map()) {
      return false;
    }
    if (one.root() != two.root() || one.named() != two.named()) {
      return true;
    }
    long apart = two.offset() - one.offset();
    if (one.region() == Region.PACKET || one.region() == Region.STACK) {
      apart &= ADDRESSES - 1;
      return apart < one.bytes() || apart > ADDRESSES - two.bytes();
    }
    return apart < one.bytes() && -apart < two.bytes();
  }

  private Place place(Value access) {
    Place known = places[access.id()];
    if (known == null) {
      known = findPlace(access);
      places[access.id()] = known;
    }
    return known;
  }

  private Place findPlace(Value access) {
    Operation operation = access.operation();
    int named = operation.map();
    int map = named;
    long offset = operation.offset();
    int root = meaning.name(access.operand(0));
    while (!meaning.isNumber(root) && isSumWithNumber(meaning.value(root))) {
      long added = meaning.number(meaning.name(meaning.value(root).operand(1)));
      if (map == 0 && added > 0) {
        map = (int) (added >>> 32);
      }
      offset += added;
      root = meaning.name(meaning.value(root).operand(0));
    }
    if (meaning.isNumber(root)) {
      long number = meaning.number(root);
      map = map == 0 ? (int) (number >>> 32) : map;
      return new Place(operation.region(), map, named, UNKNOWN, offset + number, operation.bytes());
    }
    map = map == 0 ? mapOf(meaning.value(root), new HashSet<>()) : map;
    return new Place(operation.region(), map, named, root, offset, operation.bytes());
  }

  private boolean isSumWithNumber(Value value) {
    return value.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.ADD
        && !alu.is32()
        && meaning.isNumber(meaning.name(value.operand(1)));
  }

  /** The map that a value's address is of; 0 when not known. */
  private int mapOf(Value root, Set<Value> seen) {
    if (isSumWithNumber(root)) {
      long added = meaning.number(meaning.name(root.operand(1)));
      Value base = meaning.value(meaning.name(root.operand(0)));
      boolean address = added > 0 && added >>> 32 != 0;
      return address ? (int) (added >>> 32) : base == null ? 0 : mapOf(base, seen);
    }
    if (root.isPhi() && seen.add(root)) {
      int map = 0;
      for (int i = 0; i < root.size(); i++) {
        Value one = meaning.value(meaning.name(root.operand(i)));
        if (one != null && seen.contains(one)) {
          continue;
        }
        int of = one == null ? 0 : mapOf(one, seen);
        if (of == 0 || map != 0 && map != of) {
          return 0;
        }
        map = of;
      }
      return map;
    }
    boolean says =
        root.operation() instanceof Operation.Alu alu && alu.opcode() == Opcode.HIGH
            || root.operation() instanceof Operation.Call call
                && call.helper() == HelperFunction.MAP_LOOKUP_ELEM;
    if (!says) {
      return 0;
    }
    int operand = root.operation() instanceof Operation.Alu ? 1 : 0;
    int name = meaning.name(root.operand(operand));
    return meaning.isNumber(name) ? (int) meaning.number(name) : 0;
  }

  // Calls.

  private boolean writes(Value call, Region region) {
    if (call.operation() instanceof Operation.Call operation
        && operation.helper() == HelperFunction.XDP_STORE_BYTES
        && region == Region.PACKET) {
      return true;
    }
    return arguments(call).stream().anyMatch(a -> a.written() && a.region() == region);
  }

  private boolean reads(Value call, Value store) {
    Region region = store.operation().region();
    if (region == Region.PACKET
        && call.operation() instanceof Operation.Call operation
        && (operation.helper() == HelperFunction.PERF_EVENT_OUTPUT
            || operation.helper() == HelperFunction.XDP_LOAD_BYTES)) {
      return true;
    }
    boolean known = region == Region.STACK && meaning.isOwnStack(store);
    for (Argument argument : arguments(call)) {
      boolean nothing = argument.from() != UNKNOWN && argument.from() == argument.to();
      if (argument.region() != region || nothing) {
        continue;
      }
      if (!known || argument.from() == UNKNOWN) {
        return true;
      }
      int from = meaning.stackPlace(store);
      if (from < argument.to() && argument.from() < from + store.operation().bytes()) {
        return true;
      }
    }
    return false;
  }

  private List<Argument> arguments(Value call) {
    return arguments.computeIfAbsent(call, this::findArguments);
  }

  private List<Argument> findArguments(Value value) {
    List<Argument> found = new ArrayList<>();
    if (!(value.operation() instanceof Operation.Call call)) {
      return found;
    }
    int operand = 0;
    int memory = 0;
    for (HelperFunction.Arg arg : call.helper().args()) {
      if (arg == HelperFunction.Arg.CONTEXT) {
        continue;
      }
      if (arg.isMemory()) {
        Region region = call.regions().get(memory++);
        boolean written = arg.isWritten();
        int name = meaning.name(value.operand(operand));
        if (region == Region.STACK && meaning.isNumber(name)) {
          int from = (short) meaning.number(name);
          int size = size(value, call, arg, operand);
          found.add(
              new Argument(region, written, from, size < 0 ? Integer.MAX_VALUE : from + size));
        } else {
          found.add(new Argument(region, written, UNKNOWN, UNKNOWN));
        }
      }
      operand++;
    }
    return found;
  }

  private int size(Value value, Operation.Call call, HelperFunction.Arg arg, int operand) {
    if (arg == HelperFunction.Arg.KEY || arg == HelperFunction.Arg.VALUE) {
      MapDefinition map = map(value.operand(call.helper().args().indexOf(HelperFunction.Arg.MAP)));
      long size =
          map == null ? -1 : arg == HelperFunction.Arg.KEY ? map.keySize() : map.valueSize();
      return (int) Math.min(size, Short.MAX_VALUE);
    }
    if (arg == HelperFunction.Arg.UPDATED_WORD) {
      return HelperFunction.Arg.WORD_BYTES;
    }
    int name = meaning.name(value.operand(operand + 1));
    long size = meaning.isNumber(name) ? meaning.number(name) : -1;
    return size >= 0 && size < Short.MAX_VALUE ? (int) size : -1;
  }

  /** The map of a handle: a known one, or any in a known map of maps; null when not known. */
  private MapDefinition map(Value handle) {
    int name = meaning.name(handle);
    if (meaning.isNumber(name)) {
      long number = meaning.number(name);
      return number >= 1 && number <= maps.size() ? maps.get((int) number - 1) : null;
    }
    Value value = meaning.value(name);
    boolean lookup =
        value.operation() instanceof Operation.Call call
            && call.helper() == HelperFunction.MAP_LOOKUP_ELEM;
    MapDefinition outer = lookup ? map(value.operand(0)) : null;
    return outer == null ? null : outer.inner();
  }
}
