package org.weft.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Dominators;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.HelperFunction;

/**
 * Stack slots to values: what is loaded from the stack is what was stored there. A key or value
 * that a call reads and that is one stored number goes to the call in a register.
 *
 * <p>Requires: constant parts of addresses in the accesses. Ensures: no load of bytes that are
 * always stored and loaded as the same number; stores stay, see {@link StackStores}.
 */
public final class StackValues implements Pass {
  private static final int MAX_REGISTER_BYTES = 8;

  @Override
  public String name() {
    return "stack-values";
  }

  /** Bytes that are always stored and loaded together. */
  private record Slot(int from, int to) {
    int bytes() {
      return to - from;
    }
  }

  @Override
  public int run(Graph graph, PassContext context) {
    StackUse use = new StackUse(graph, context);
    int replaced = 0;
    Dominators dominators = new Dominators(graph);
    for (Slot slot : slots(use)) {
      replaced += new Promotion(graph, dominators, use, slot).run();
    }
    Cleanup.run(graph);
    return replaced;
  }

  /** The slots: bytes between the ends of accesses, if every access but constant stores is one. */
  private static List<Slot> slots(StackUse use) {
    TreeSet<Integer> ends = new TreeSet<>();
    List<StackUse.Bytes> whole = new ArrayList<>(use.loads());
    for (StackUse.Bytes store : use.stores()) {
      if (!store.value().operand(1).isConstant()) {
        whole.add(store);
      }
    }
    List<StackUse.Bytes> all = new ArrayList<>(whole);
    all.addAll(
        use.callReads().stream()
            .filter(b -> b.to() > b.from() && b.to() - b.from() <= MAX_REGISTER_BYTES)
            .toList());
    for (StackUse.Bytes bytes : all) {
      ends.add(bytes.from());
      ends.add(bytes.to());
    }
    List<Slot> slots = new ArrayList<>();
    Set<Slot> seen = new java.util.HashSet<>();
    for (StackUse.Bytes bytes : all) {
      Slot slot = new Slot(bytes.from(), bytes.to());
      boolean one =
          bytes.to() - bytes.from() <= 8
              && ends.higher(bytes.from()) == bytes.to()
              && whole.stream()
                  .noneMatch(
                      b ->
                          b.overlaps(slot.from, slot.to)
                              && (b.from() != slot.from || b.to() != slot.to));
      boolean clean =
          use.atomics().stream().noneMatch(b -> b.overlaps(slot.from, slot.to))
              && use.callWrites().stream().noneMatch(b -> b.overlaps(slot.from, slot.to));
      boolean ours = slot.to <= use.firstWildWrite();
      if (one && clean && ours && seen.add(slot)) {
        slots.add(slot);
      }
    }
    return slots;
  }

  /** What a reader of a slot becomes. */
  private enum Reader {
    /** A load: its value. */
    LOAD,
    /** A call that reads just the slot: it gets a register. */
    REGISTER,
    /** A call that reads more: stores from several paths become one before it. */
    MEMORY
  }

  private static final class Promotion {
    private final Graph graph;
    private final Dominators dominators;
    private final Slot slot;
    private final List<Value> written = new ArrayList<>();

    /** The operands of calls that are addresses of just the slot. */
    private final Map<Value, Set<Integer>> exact = new HashMap<>();

    private final Map<Block, Value> ends = new LinkedHashMap<>();
    private final Map<Value, Block> waiting = new LinkedHashMap<>();
    private final Map<Value, Value> now = new LinkedHashMap<>();
    private final Map<Value, Reader> reads = new LinkedHashMap<>();
    private final Map<Value, Value> stored = new HashMap<>();

    Promotion(Graph graph, Dominators dominators, StackUse use, Slot slot) {
      this.graph = graph;
      this.dominators = dominators;
      this.slot = slot;
      for (StackUse.Bytes load : use.loads()) {
        if (load.from() == slot.from) {
          reads.put(load.value(), Reader.LOAD);
        }
      }
      for (StackUse.Bytes read : use.callReads()) {
        if (read.from() == slot.from && read.to() == slot.to) {
          reads.put(read.value(), Reader.REGISTER);
          exact
              .computeIfAbsent(read.value(), call -> new java.util.HashSet<>())
              .add(read.operand());
        } else if (read.overlaps(slot.from, slot.to)) {
          reads.putIfAbsent(read.value(), Reader.MEMORY);
        }
      }
      for (StackUse.Bytes store : use.stores()) {
        if (store.overlaps(slot.from, slot.to)) {
          stored.put(store.value(), null);
          cut(store);
        }
      }
    }

    /** What a store leaves in the slot. */
    private void cut(StackUse.Bytes store) {
      Value value = store.value().operand(1);
      Operation.Store operation = (Operation.Store) store.value().operation();
      if (value.isConstant()) {
        long bytes = value.constant();
        if (operation.swapped()) {
          bytes = Long.reverseBytes(bytes) >>> 64 - 8 * operation.bytes();
        }
        int size = store.to() - store.from();
        long whole = size == 8 ? bytes : bytes & (1L << 8 * size) - 1;
        // A store that covers a part of the slot only is taken apart byte by byte below.
        if (store.from() <= slot.from && store.to() >= slot.to) {
          long part = whole >>> 8 * (slot.from - store.from());
          long mask = slot.bytes() == 8 ? -1 : (1L << 8 * slot.bytes()) - 1;
          stored.put(store.value(), graph.constant(part & mask));
        }
      } else if (!operation.swapped()) {
        stored.put(store.value(), value);
      }
    }

    int run() {
      if (reads.isEmpty() || stored.containsValue(null)) {
        return 0;
      }
      for (Block block : List.copyOf(graph.blocks())) {
        scan(block);
      }
      SsaRepair repair = new SsaRepair(graph, ends, graph.constant(0));
      waiting.forEach((value, block) -> now.put(value, simplest(repair.atStart(block))));
      int replaced = 0;
      for (Map.Entry<Value, Value> entry : now.entrySet()) {
        replaced += replace(entry.getKey(), entry.getValue()) ? 1 : 0;
      }
      return replaced;
    }

    /** What a phi of one value is. */
    private static Value simplest(Value value) {
      Value now = value;
      while (now.isPhi() && Cleanup.onlyOperand(now) != null) {
        now = Cleanup.onlyOperand(now);
      }
      return now;
    }

    private void scan(Block block) {
      Value current = null;
      for (Value value : block.values()) {
        if (stored.containsKey(value)) {
          current = truncated(value, stored.get(value));
        } else if (reads.containsKey(value)) {
          if (current == null) {
            waiting.put(value, block);
          } else {
            now.put(value, current);
          }
        }
      }
      if (current != null) {
        ends.put(block, current);
      }
    }

    private Value truncated(Value store, Value value) {
      if (value.isConstant() || slot.bytes() == 8) {
        return value;
      }
      Value mask = graph.constant((1L << 8 * slot.bytes()) - 1);
      boolean word = slot.bytes() == 4;
      Value cut =
          graph.value(
              new Operation.Alu(word ? Opcode.MOV : Opcode.AND, word),
              word ? List.of(value) : List.of(value, mask),
              store.origin());
      Blocks.insertBefore(store, cut);
      return cut;
    }

    private boolean replace(Value reader, Value value) {
      switch (reads.get(reader)) {
        case LOAD -> load(reader, value);
        case REGISTER -> inRegister(reader, value);
        case MEMORY -> {
          if (!value.isPhi() || waiting.get(reader) == null || isWritten(reader, value)) {
            return false;
          }
          written.add(reader);
          Operation store = new Operation.Store(Region.STACK, 0, slot.from, slot.bytes(), false);
          Blocks.insertBefore(
              reader, graph.value(store, List.of(graph.constant(0), value), reader.origin()));
        }
      }
      return true;
    }

    /** Whether the same value was written for a call that stands before on all ways. */
    private boolean isWritten(Value reader, Value value) {
      return written.stream()
          .anyMatch(
              earlier ->
                  now.get(earlier) == value
                      && earlier.block() != reader.block()
                      && dominators.dominates(earlier.block(), reader.block()));
    }

    private void load(Value load, Value value) {
      Operation.Load operation = (Operation.Load) load.operation();
      Value result = value;
      if (operation.swapped()) {
        Opcode opcode =
            switch (operation.bytes()) {
              case 2 -> Opcode.SWAP16;
              case 4 -> Opcode.SWAP32;
              default -> Opcode.SWAP64;
            };
        result = unary(load, operation.bytes() == 1 ? Opcode.MOV : opcode, result);
      }
      if (operation.signed()) {
        Opcode opcode =
            switch (operation.bytes()) {
              case 1 -> Opcode.SEXT8;
              case 2 -> Opcode.SEXT16;
              case 4 -> Opcode.SEXT32;
              default -> Opcode.MOV;
            };
        result = unary(load, opcode, result);
      }
      load.replaceWith(result);
    }

    private Value unary(Value place, Opcode opcode, Value operand) {
      Value value = graph.value(new Operation.Alu(opcode, false), List.of(operand), place.origin());
      Blocks.insertBefore(place, value);
      return value;
    }

    private void inRegister(Value reader, Value value) {
      Operation.Call call = (Operation.Call) reader.operation();
      List<Region> regions = new ArrayList<>(call.regions());
      List<Value> operands = new ArrayList<>(reader.operands());
      int region = 0;
      int operand = 0;
      for (HelperFunction.Arg arg : call.helper().args()) {
        if (arg == HelperFunction.Arg.CONTEXT) {
          continue;
        }
        if (arg.isMemory()) {
          if (exact.getOrDefault(reader, Set.of()).contains(operand)) {
            regions.set(region, Region.REGISTER);
            operands.set(operand, value);
          }
          region++;
        }
        operand++;
      }
      reader.become(new Operation.Call(call.helper(), regions), operands);
    }
  }
}
