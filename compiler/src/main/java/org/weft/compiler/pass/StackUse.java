package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;

/**
 * Who reads and writes which bytes of the stack. Where an address is not a constant, the access is
 * not below the graph's {@link Graph#pointedFloor}.
 */
public final class StackUse {
  /**
   * One use of bytes of the stack.
   *
   * @param value the load, store, atomic or call
   * @param from first byte
   * @param to byte behind the last one
   * @param operand which operand of the instruction is the address
   */
  record Bytes(Value value, int from, int to, int operand) {
    boolean overlaps(int start, int end) {
      return from < end && start < to;
    }
  }

  private final PassContext context;
  private final int pointedFloor;
  private final List<Bytes> loads = new ArrayList<>();
  private final List<Bytes> stores = new ArrayList<>();
  private final List<Bytes> callReads = new ArrayList<>();
  private final List<Bytes> callWrites = new ArrayList<>();
  private final List<Bytes> atomics = new ArrayList<>();
  private final Map<Value, List<Bytes>> readsOf = new HashMap<>();
  private final Set<Value> wild = new HashSet<>();
  private final Set<Value> wildReads = new HashSet<>();
  private final Map<Value, List<Bytes>> touches = new HashMap<>();
  private final Map<Value, Bytes> byStore = new HashMap<>();
  private final Set<Value> wildWrites = new HashSet<>();

  /** Looks through a graph. */
  public StackUse(Graph graph, PassContext context) {
    this.context = context;
    pointedFloor = graph.pointedFloor();
    for (Block block : graph.blocks()) {
      block.values().forEach(this::add);
    }
  }

  List<Bytes> loads() {
    return loads;
  }

  List<Bytes> stores() {
    return stores;
  }

  /** Bytes that calls read, each with its call. */
  List<Bytes> callReads() {
    return callReads;
  }

  /** The bytes of a store to a known place; null for others. */
  Bytes of(Value store) {
    if (byStore.isEmpty()) {
      stores.forEach(bytes -> byStore.put(bytes.value(), bytes));
    }
    return byStore.get(store);
  }

  /** Notes that a store has a copy. */
  void copy(Value store, Value copy) {
    byStore.put(copy, new Bytes(copy, of(store).from(), of(store).to(), 0));
  }

  /** Adds the bytes that an instruction reads or writes. */
  void touch(Value value, BitSet touched) {
    if (touches.isEmpty()) {
      for (List<Bytes> list : List.of(loads, atomics, callReads, callWrites)) {
        list.forEach(b -> touches.computeIfAbsent(b.value(), v -> new ArrayList<>()).add(b));
      }
    }
    for (Bytes bytes : touches.getOrDefault(value, List.of())) {
      touched.set(bytes.from(), bytes.to());
    }
    Bytes store = of(value);
    if (store != null) {
      touched.set(store.from(), store.to());
    }
  }

  /** The bytes that a call reads; null when that is not known. */
  public BitSet readBy(Value call) {
    BitSet read = new BitSet();
    for (Bytes bytes : readsOf.getOrDefault(call, List.of())) {
      read.set(bytes.from(), bytes.to());
    }
    return wild.contains(call) ? null : read;
  }

  List<Bytes> callWrites() {
    return callWrites;
  }

  List<Bytes> atomics() {
    return atomics;
  }

  /** Whether something reads where it cannot be told. */
  boolean hasWildRead() {
    return !wildReads.isEmpty();
  }

  /** Whether an instruction reads where it cannot be told. */
  boolean isWildRead(Value value) {
    return wildReads.contains(value);
  }

  /** The lowest byte that may be read where it cannot be told; none at the end of the stack. */
  int firstWildRead() {
    return hasWildRead() ? pointedFloor : context.machine().stackBytes();
  }

  /** Bytes that are written where it cannot be told, each with its writer. */
  List<Bytes> wildWrites() {
    int end = context.machine().stackBytes();
    return wildWrites.stream().map(value -> new Bytes(value, pointedFloor, end, 0)).toList();
  }

  /** The lowest byte that may be written where it cannot be told; none at the end of the stack. */
  int firstWildWrite() {
    return wildWrites.isEmpty() ? context.machine().stackBytes() : pointedFloor;
  }

  /**
   * The lowest address that a graph, the one that was looked through, still uses, a multiple of 8.
   */
  public int floor(Graph graph) {
    int lowest = Math.min(firstWildRead(), firstWildWrite());
    for (List<Bytes> list : List.of(loads, stores, atomics, callReads, callWrites)) {
      for (Bytes bytes : list) {
        lowest = Math.min(lowest, bytes.from());
      }
    }
    return Math.max(graph.stackFloor(), lowest & -8);
  }

  private void add(Value value) {
    Operation operation = value.operation();
    if (operation.region() == Region.STACK) {
      access(value, operation);
    } else if (operation instanceof Operation.Call call && call.regions().contains(Region.STACK)) {
      call(value, call);
    }
  }

  private void access(Value value, Operation operation) {
    boolean load = operation instanceof Operation.Load;
    if (!value.operand(0).isConstant()) {
      if (!(operation instanceof Operation.Store)) {
        wildReads.add(value);
      }
      if (!load) {
        wildWrites.add(value);
      }
      return;
    }
    int from = (short) (value.operand(0).constant() + operation.offset());
    Bytes bytes = new Bytes(value, from, from + operation.bytes(), 0);
    if (load) {
      loads.add(bytes);
    } else {
      (operation instanceof Operation.Store ? stores : atomics).add(bytes);
    }
  }

  private void call(Value value, Operation.Call call) {
    int region = 0;
    int operand = 0;
    for (HelperFunction.Arg arg : call.helper().args()) {
      if (arg == HelperFunction.Arg.CONTEXT) {
        continue;
      }
      if (arg.isMemory() && call.regions().get(region++) == Region.STACK) {
        argument(value, call, arg, operand);
      }
      operand++;
    }
  }

  private void argument(Value value, Operation.Call call, HelperFunction.Arg arg, int operand) {
    boolean writes = arg.isWritten();
    Value address = value.operand(operand);
    int size = size(value, call, arg, operand);
    if (!address.isConstant()) {
      wildReads.add(value);
      if (writes) {
        wildWrites.add(value);
      }
      wild.add(value);
      return;
    }
    int from = (short) address.constant();
    int to = size < 0 ? context.machine().stackBytes() : from + size;
    Bytes bytes = new Bytes(value, from, to, operand);
    if (writes) {
      callWrites.add(bytes);
    }
    if (arg.isRead()) {
      callReads.add(bytes);
    }
    readsOf.computeIfAbsent(value, v -> new ArrayList<>()).add(bytes);
  }

  /** Bytes of a memory argument, or negative when they are not known. */
  private int size(Value value, Operation.Call call, HelperFunction.Arg arg, int operand) {
    if (arg == HelperFunction.Arg.KEY || arg == HelperFunction.Arg.VALUE) {
      Value handle = value.operand(call.helper().args().indexOf(HelperFunction.Arg.MAP));
      MapDefinition map = context.mapOf(handle);
      if (map == null) {
        return -1;
      }
      long size = arg == HelperFunction.Arg.KEY ? map.keySize() : map.valueSize();
      return (int) Math.min(size, Short.MAX_VALUE);
    }
    if (arg == HelperFunction.Arg.UPDATED_WORD) {
      return HelperFunction.Arg.WORD_BYTES;
    }
    Value size = value.operand(operand + 1);
    boolean known = size.isConstant() && size.constant() >= 0 && size.constant() < Short.MAX_VALUE;
    return known ? (int) size.constant() : -1;
  }
}
