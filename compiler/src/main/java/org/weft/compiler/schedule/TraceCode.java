package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;

/**
 * The instructions of a trace as they are made, and the registers of their operands: constants that
 * do not fit an instruction get one, and so does what is spilled or a fact.
 */
final class TraceCode {
  private final Registers registers;
  private final TraceFacts facts;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Value, Vreg> places = new HashMap<>();
  private final Map<Long, Vreg> constants = new HashMap<>();

  /** What was last written into registers of phis. */
  private final Map<Vreg, Value> contents = new HashMap<>();

  TraceCode(Registers registers, TraceFacts facts) {
    this.registers = registers;
    this.facts = facts;
  }

  List<Node> nodes() {
    return nodes;
  }

  /** Appends an instruction. */
  Node add(Node.Maker maker, Vreg def, List<Vreg> uses, int origin) {
    Node node = new Node(nodes.size(), maker, def, uses, origin);
    contents.remove(def);
    nodes.add(node);
    return node;
  }

  /** The instruction that was appended last. */
  Node last() {
    return nodes.get(nodes.size() - 1);
  }

  // What stands where.

  /** The register that a value gets when it is made. */
  Vreg definition(Value value) {
    Vreg known = places.get(value);
    if (known != null) {
      return known;
    }
    Vreg global = registers.of(value);
    return global != null ? global : Vreg.local();
  }

  /** A value was made in a register: that is where it is found from now on, and it is spilled. */
  void define(Value value, Vreg def) {
    places.put(value, def);
    int address = registers.spillAddress(value);
    if (address >= 0) {
      storeSpilled(def, address, value.origin());
    }
  }

  /** The register of a phi was written with what flows into it. */
  void setContents(Vreg home, Value incoming) {
    contents.put(home, incoming);
  }

  /** Whether a phi's register holds what flows into it. */
  boolean isThere(Value incoming, Value phi) {
    Vreg home = registers.of(phi);
    return home != null && (registers.of(incoming) == home || contents.get(home) == incoming);
  }

  // Operands.

  /** The register of an operand, which is loaded or made when it has none yet. */
  Vreg register(Value value) {
    if (value.isConstant()) {
      return constant(value.constant());
    }
    Vreg known = places.get(value);
    if (known != null) {
      return known;
    }
    if (value.operation() instanceof Operation.ReadFact fact && facts.isStable(value)) {
      Vreg read = Vreg.local();
      add((dst, uses) -> new Slot.ReadFact(dst, fact.fact()), read, List.of(), value.origin());
      places.put(value, read);
      return read;
    }
    Vreg global = registers.of(value);
    if (global != null) {
      return global;
    }
    int address = registers.spillAddress(value);
    if (address < 0) {
      throw new IllegalStateException(value + " is nowhere in its trace");
    }
    Vreg loaded = load(address, value.origin());
    places.put(value, loaded);
    return loaded;
  }

  private Vreg load(int address, int origin) {
    Vreg loaded = Vreg.local();
    add(
        (dst, uses) -> new Slot.Load(dst, Region.STACK, Slot.NO_BASE, address, 8, false, false),
        loaded,
        List.of(),
        origin);
    return loaded;
  }

  private Vreg constant(long number) {
    Vreg known = constants.get(number);
    if (known != null) {
      return known;
    }
    Vreg low = Vreg.local();
    Vreg result = low;
    add(
        (dst, uses) -> new Slot.Alu(Opcode.MOV, false, dst, 0, Operand.constant((int) number)),
        low,
        List.of(),
        Value.NO_ORIGIN);
    if (number != (int) number) {
      int high = (int) (number >> 32);
      Vreg whole = Vreg.local();
      add(
          (dst, uses) -> new Slot.Alu(Opcode.HIGH, false, dst, uses[0], Operand.constant(high)),
          whole,
          List.of(low),
          Value.NO_ORIGIN);
      result = whole;
    }
    constants.put(number, result);
    return result;
  }

  /** A constant as an instruction of this width takes it, or null when it needs a register. */
  static Integer immediate(Value value, boolean is32) {
    if (!value.isConstant()) {
      return null;
    }
    long number = value.constant();
    boolean fits = is32 ? number == (int) number || number >>> 32 == 0 : number == (int) number;
    return fits ? (int) number : null;
  }

  /** An immediate, or the register of an index. */
  static Operand operand(Integer immediate, int index, int... uses) {
    return immediate != null ? Operand.constant(immediate) : Operand.register(uses[index]);
  }

  /** Registers, and that of a value that is no immediate behind them. */
  List<Vreg> uses(Integer immediate, Value value, Vreg... before) {
    List<Vreg> uses = new ArrayList<>(List.of(before));
    if (immediate == null) {
      uses.add(register(value));
    }
    return uses;
  }

  // Moves.

  /** A register of its own for what stands in another one now. */
  Vreg copy(Vreg source) {
    Vreg copy = Vreg.local();
    add(
        (dst, r) -> new Slot.Alu(Opcode.MOV, false, dst, 0, Operand.register(r[0])),
        copy,
        List.of(source),
        Value.NO_ORIGIN);
    return copy;
  }

  /** Stores what is spilled. */
  void storeSpilled(Vreg from, int address, int origin) {
    add(
        (dst, uses) ->
            new Slot.Store(
                Region.STACK, Slot.NO_BASE, address, 8, false, Operand.register(uses[0])),
        null,
        List.of(from),
        origin);
  }
}
