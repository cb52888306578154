package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Value;
import org.weft.compiler.profile.Likelihoods;
import org.weft.isa.machine.MachineSpec;

/**
 * Where values that live across traces are kept: in a machine register, or on the stack below the
 * program's own. Two that are needed in one trace get different places.
 */
final class Registers {
  private static final int SLOT_BYTES = 8;

  /**
   * Registers for what lives in one trace only, over all banks: attempts differ in it. Six are the
   * most that an instruction needs.
   */
  private static final int[] LOCALS = {10, 6, 8};

  private static final BitSet NONE = new BitSet();

  private final Random random;
  private final int variant;
  private final Graph graph;
  private final MachineSpec machine;
  private final Map<Value, Set<Trace>> reach = new LinkedHashMap<>();

  /** By number of the trace: its registers, a bit each. */
  private final int[] taken;

  /** By lane: the registers of its bank. */
  private final int[] banks;

  private final Map<Block, BitSet> slots = new HashMap<>();
  private final Live live;
  private final PhiClasses classes;
  private final Map<Value, Vreg> registers = new HashMap<>();
  private final Map<Value, Integer> spilled = new HashMap<>();

  Registers(
      Graph graph,
      MachineSpec machine,
      TraceFormation formation,
      Live live,
      PhiClasses classes,
      Likelihoods likelihoods,
      int variant) {
    this.classes = classes;
    this.random = new Random(variant);
    this.variant = variant;
    this.graph = graph;
    this.live = live;
    this.machine = machine;
    taken = new int[formation.traces().size()];
    banks = new int[machine.lanes()];
    for (int register = 0; register < machine.registers(); register++) {
      banks[machine.laneOf(register)] |= 1 << register;
    }
    Map<Block, Trace> traceOf = new HashMap<>();
    for (Trace trace : formation.traces()) {
      trace.blocks().forEach(block -> traceOf.put(block, trace));
    }
    for (Trace trace : formation.traces()) {
      // What is needed at the start was made elsewhere.
      live.atStart(trace.head()).forEach(value -> reach(value, trace, traceOf));
      for (Value phi : trace.head().phis()) {
        reach(phi, trace, traceOf);
        for (Block predecessor : trace.head().predecessors()) {
          reach.get(phi).add(traceOf.get(predecessor));
        }
      }
    }
    assign(likelihoods);
  }

  private void reach(Value value, Trace trace, Map<Block, Trace> traceOf) {
    Set<Trace> traces = reach.computeIfAbsent(value, v -> new LinkedHashSet<>());
    traces.add(trace);
    traces.add(traceOf.get(value.block()));
  }

  private void assign(Likelihoods likelihoods) {
    List<Value> order = new ArrayList<>(reach.keySet());
    Map<Value, Double> weight = new HashMap<>();
    for (Value value : order) {
      double sum = 0;
      for (Trace trace : reach.get(value)) {
        sum += likelihoods.frequency(trace.head());
      }
      weight.put(value, sum / reach.get(value).size());
    }
    order.sort(Comparator.comparingDouble((Value value) -> -weight.get(value)));
    int[] load = new int[machine.lanes()];
    Set<Value> seen = new HashSet<>();
    for (Value value : order) {
      if (registers.containsKey(value)
          || seen.add(value) && seen.addAll(classes.of(value)) && assignTogether(value, load)) {
        continue;
      }
      int register = choose(reach.get(value), load);
      if (register < 0) {
        spilled.put(value, address(slotFor(value)));
        continue;
      }
      load[machine.laneOf(register)]++;
      registers.put(value, Vreg.global(register));
      reach.get(value).forEach(trace -> taken[trace.id()] |= 1 << register);
    }
  }

  /** Gives one register to all that a value can share it with; whether there was one. */
  private boolean assignTogether(Value value, int[] load) {
    Set<Value> together = classes.of(value);
    Set<Trace> traces = new LinkedHashSet<>();
    together.forEach(member -> traces.addAll(reach.getOrDefault(member, Set.of())));
    int register = together.size() > 1 ? choose(traces, load) : -1;
    if (register < 0) {
      return false;
    }
    load[machine.laneOf(register)]++;
    Vreg shared = Vreg.global(register);
    together.forEach(member -> registers.put(member, shared));
    traces.forEach(trace -> taken[trace.id()] |= 1 << register);
    return true;
  }

  /** A register that none of the traces uses yet, of the bank that is used least. */
  private int choose(Set<Trace> traces, int[] load) {
    double[] bias = random.doubles(machine.lanes(), 0, 3).toArray();
    int locals = LOCALS[variant % LOCALS.length];
    int spare = (locals + machine.lanes() - 1) / machine.lanes();
    int used = 0;
    for (Trace trace : traces) {
      used |= taken[trace.id()];
    }
    int best = -1;
    double least = Double.MAX_VALUE;
    for (int lane = machine.lanes() - 1; lane >= 0; lane--) {
      int size = Integer.bitCount(banks[lane]);
      int most = 0;
      for (Trace trace : traces) {
        most = Math.max(most, Integer.bitCount(taken[trace.id()] & banks[lane]));
      }
      int limit = size - Math.min(spare, (size + 1) / 2);
      int free = banks[lane] & ~used;
      double cost = most + load[lane] * 0.01;
      if (variant > 0) {
        // Other banks in other attempts: which is best shows when the rows are there.
        cost += bias[lane];
      }
      if (free != 0 && most < limit && cost < least) {
        least = cost;
        best = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(free);
      }
    }
    return best;
  }

  /** Whether every value has the same place. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Registers that
        && physical().equals(that.physical())
        && spilled.equals(that.spilled);
  }

  @Override
  public int hashCode() {
    return 31 * physical().hashCode() + spilled.hashCode();
  }

  private Map<Value, Integer> physical() {
    Map<Value, Integer> numbers = new HashMap<>();
    registers.forEach((value, register) -> numbers.put(value, register.physical()));
    return numbers;
  }

  /** The register of a value that lives across traces; null when it does not, or is spilled. */
  Vreg of(Value value) {
    return registers.get(value);
  }

  boolean isGlobal(Value value) {
    return reach.containsKey(value) || registers.containsKey(value);
  }

  /** The stack address of a spilled value, or -1. */
  int spillAddress(Value value) {
    return spilled.getOrDefault(value, -1);
  }

  /** The registers that a trace may not use for its own values. */
  Set<Integer> taken(Trace trace) {
    Set<Integer> registersOf = new LinkedHashSet<>();
    for (int register = 0; register < machine.registers(); register++) {
      if ((taken[trace.id()] >>> register & 1) != 0) {
        registersOf.add(register);
      }
    }
    return registersOf;
  }

  /**
   * Room on the stack for a value of one trace, by number; its address.
   *
   * @throws TooFewRegistersException when there is none
   */
  int localSlot(Trace trace, int number) {
    BitSet used = usedIn(trace.blocks());
    int slot = used.nextClearBit(0);
    for (int i = 0; i < number; i++) {
      slot = used.nextClearBit(slot + 1);
    }
    return address(slot);
  }

  /**
   * A place on the stack that no other value has where this one is live. In a trace one value may
   * follow another in a place: accesses to it keep their order.
   */
  private int slotFor(Value value) {
    List<Block> where = new ArrayList<>();
    for (Block block : graph.blocks()) {
      if (block == value.block() || live.atStart(block).contains(value)) {
        where.add(block);
      }
    }
    if (value.isPhi()) {
      where.addAll(value.block().predecessors());
    }
    int slot = usedIn(where).nextClearBit(0);
    where.forEach(block -> slots.computeIfAbsent(block, b -> new BitSet()).set(slot));
    return slot;
  }

  private BitSet usedIn(List<Block> blocks) {
    BitSet used = new BitSet();
    blocks.forEach(block -> used.or(slots.getOrDefault(block, NONE)));
    return used;
  }

  private int address(int number) {
    int address = graph.stackFloor() - SLOT_BYTES * (number + 1);
    if (address < 0) {
      throw new TooFewRegistersException(
          "program "
              + graph.name()
              + ": needs more registers than machine "
              + machine.name()
              + " has ("
              + machine.registers()
              + "), and its stack of "
              + machine.stackBytes()
              + " bytes has no room for the rest; use a machine with more of either");
    }
    return address;
  }
}
