package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Terminator;
import org.weft.compiler.ir.Value;
import org.weft.compiler.pass.StackUse;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;

/**
 * A trace in instructions of the machine with virtual registers: constants that do not fit an
 * instruction get registers, phis are written where control leaves for their block, and blocks that
 * only leave the program become exits.
 */
final class TraceLowering {
  /** Constants below this stand in an atomic operation. */
  private static final int MAX_ATOMIC = 32;

  private final Trace trace;
  private final TraceFormation formation;
  private final Registers registers;
  private final boolean boundsMove;
  private final List<Integer> moves = new ArrayList<>();
  private final Map<Block, Integer> ends = new HashMap<>();
  private final Map<Value, Vreg> places = new HashMap<>();
  private final Map<Long, Vreg> constants = new HashMap<>();
  private final Map<Value, Integer> positions = new HashMap<>();

  /** What was last written into registers of phis. */
  private final Map<Vreg, Value> contents = new HashMap<>();

  private final List<Node> nodes = new ArrayList<>();
  private final List<Departure> departures = new ArrayList<>();
  private final StackUse stackUse;

  /** The head of the trace whose rows follow. */
  private final Block behind;

  private int next = -1;

  /**
   * A place where control may leave the trace.
   *
   * @param branch the node that leaves; null at the end of the trace
   * @param target the block it goes to; null when it leaves the program
   */
  record Departure(Node branch, Block target) {}

  TraceLowering(Trace trace, Surroundings around, Registers registers) {
    this.trace = trace;
    this.registers = registers;
    formation = around.formation();
    stackUse = around.stackUse();
    boundsMove = around.boundsMove();
    behind = formation.following(trace) == null ? null : formation.following(trace).head();
    int count = 0;
    for (Block block : trace.blocks()) {
      for (Value value : block.values()) {
        positions.put(value, count++);
        if (Facts.movesBounds(value)) {
          moves.add(positions.get(value));
        }
      }
      ends.put(block, count);
    }
    for (int i = 0; i < trace.blocks().size(); i++) {
      Block block = trace.blocks().get(i);
      block.values().forEach(this::lower);
      Block following = i + 1 < trace.blocks().size() ? trace.blocks().get(i + 1) : null;
      leave(block, following);
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  List<Departure> departures() {
    return departures;
  }

  /** The trace that control goes to behind the last row; -1 when a slot says where. */
  int next() {
    return next;
  }

  Trace trace() {
    return trace;
  }

  /** The register of a value that crosses traces or of a phi, as far as one is known. */
  Vreg globalOf(Value value) {
    return registers.of(value);
  }

  private Node add(Node.Maker maker, Vreg def, List<Vreg> uses, int origin) {
    Node node = new Node(nodes.size(), maker, def, uses, origin);
    contents.remove(def);
    nodes.add(node);
    return node;
  }

  // Operands.

  private Vreg register(Value value) {
    if (value.isConstant()) {
      return constant(value.constant());
    }
    Vreg known = places.get(value);
    if (known != null) {
      return known;
    }
    if (value.operation() instanceof Operation.ReadFact fact && Facts.isStable(value, boundsMove)) {
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
      throw new IllegalStateException(value + " is nowhere in trace " + trace);
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
  private static Integer immediate(Value value, boolean is32) {
    if (!value.isConstant()) {
      return null;
    }
    long number = value.constant();
    boolean fits = is32 ? number == (int) number || number >>> 32 == 0 : number == (int) number;
    return fits ? (int) number : null;
  }

  private static Operand operand(Integer immediate, int index, int... uses) {
    return immediate != null ? Operand.constant(immediate) : Operand.register(uses[index]);
  }

  private List<Vreg> uses(Integer immediate, Value value, Vreg... before) {
    List<Vreg> uses = new ArrayList<>(List.of(before));
    if (immediate == null) {
      uses.add(register(value));
    }
    return uses;
  }

  // Instructions.

  private void lower(Value value) {
    Operation operation = value.operation();
    if (Facts.isStable(value, boundsMove)
        || operation instanceof Operation.ReadFact && !needsRegister(value)) {
      return;
    }
    Vreg def = null;
    if (operation.hasResult()) {
      def = places.get(value);
      if (def == null) {
        def = registers.of(value) != null ? registers.of(value) : Vreg.local();
      }
    }
    lower(value, operation, def);
    if (operation.region() == Region.MAP) {
      nodes.get(nodes.size() - 1).setMap(mapOf(value));
    } else if (operation instanceof Operation.Call) {
      nodes.get(nodes.size() - 1).setStackRead(stackUse.readBy(value));
    }
    if (def != null) {
      places.put(value, def);
      int address = registers.spillAddress(value);
      if (address >= 0) {
        storeSpilled(def, address, value.origin());
      }
    }
  }

  /** The map that a value's address is in: what the access says, or the lookup that gave it. */
  private static int mapOf(Value access) {
    if (access.operation().map() != 0) {
      return access.operation().map();
    }
    return mapOfAddress(access.operand(0), new HashSet<>());
  }

  private static int mapOfAddress(Value address, Set<Value> seen) {
    Value base = address;
    while (base.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.ADD
        && base.operand(1).isConstant()) {
      if (base.operand(1).constant() >>> 32 != 0 && base.operand(1).constant() > 0) {
        return (int) (base.operand(1).constant() >>> 32);
      }
      base = base.operand(0);
    }
    if (base.operation() instanceof Operation.Alu alu
        && alu.opcode() == Opcode.HIGH
        && base.operand(1).isConstant()) {
      return (int) base.operand(1).constant();
    }
    if (base.isPhi() && seen.add(base)) {
      return common(base, seen);
    }
    boolean lookup =
        base.operation() instanceof Operation.Call call
            && call.helper() == HelperFunction.MAP_LOOKUP_ELEM
            && base.operand(0).isConstant();
    return lookup ? (int) base.operand(0).constant() : 0;
  }

  /** The map that all addresses are in which flow into a phi, or 0. */
  private static int common(Value phi, Set<Value> seen) {
    int map = 0;
    for (Value operand : phi.operands()) {
      if (!seen.contains(operand)) {
        int of = mapOfAddress(operand, seen);
        if (of == 0 || map != 0 && map != of) {
          return 0;
        }
        map = of;
      }
    }
    return map;
  }

  private void storeSpilled(Vreg from, int address, int origin) {
    add(
        (dst, uses) ->
            new Slot.Store(
                Region.STACK, Slot.NO_BASE, address, 8, false, Operand.register(uses[0])),
        null,
        List.of(from),
        origin);
  }

  private void lower(Value value, Operation operation, Vreg def) {
    int origin = value.origin();
    if (operation instanceof Operation.Alu alu) {
      alu(value, alu, def);
    } else if (operation instanceof Operation.Parameter parameter) {
      Operand source = Operand.register(parameter.register());
      add((dst, uses) -> new Slot.Alu(Opcode.MOV, false, dst, 0, source), def, List.of(), origin);
    } else if (operation instanceof Operation.ReadFact fact) {
      add((dst, uses) -> new Slot.ReadFact(dst, fact.fact()), def, List.of(), origin);
    } else if (operation instanceof Operation.Load load) {
      List<Vreg> uses = base(value);
      add(
          (dst, registerOf) ->
              new Slot.Load(
                  dst,
                  load.region(),
                  load.map(),
                  registerOf.length == 0 ? Slot.NO_BASE : registerOf[0],
                  load.offset(),
                  load.bytes(),
                  load.signed(),
                  load.swapped()),
          def,
          uses,
          origin);
    } else if (operation instanceof Operation.Store store) {
      store(value, store);
    } else if (operation instanceof Operation.Atomic atomic) {
      atomic(value, atomic, def);
    } else if (operation instanceof Operation.Call call) {
      call(value, call, def);
    } else if (operation instanceof Operation.TailCall) {
      List<Vreg> uses = List.of(register(value.operand(0)), register(value.operand(1)));
      add((dst, r) -> new Slot.TailCall(r[0], r[1]), null, uses, origin);
    } else {
      throw new IllegalStateException("no instruction for " + value);
    }
  }

  /** The base register of an access, if it has one. */
  private List<Vreg> base(Value access) {
    Value base = access.operand(0);
    Region region = access.operation().region();
    boolean said =
        region == Region.PACKET || region == Region.STACK || access.operation().map() != 0;
    boolean none = base.isConstant(0) && said;
    return none ? List.of() : List.of(register(base));
  }

  private void alu(Value value, Operation.Alu alu, Vreg def) {
    Value b = value.operand(value.size() - 1);
    Integer immediate = immediate(b, alu.is32());
    if (value.size() == 1) {
      List<Vreg> uses = uses(immediate, b);
      add(
          (dst, r) -> new Slot.Alu(alu.opcode(), alu.is32(), dst, 0, operand(immediate, 0, r)),
          def,
          uses,
          value.origin());
      return;
    }
    Fact fact = immediate == null ? null : fact(value.operand(0), positions.get(value));
    if (fact != null) {
      int left = Slot.FIRST_FACT + fact.ordinal();
      add(
          (dst, r) ->
              new Slot.Alu(alu.opcode(), alu.is32(), dst, left, Operand.constant(immediate)),
          def,
          List.of(),
          value.origin());
      return;
    }
    List<Vreg> uses = uses(immediate, b, register(value.operand(0)));
    add(
        (dst, r) -> new Slot.Alu(alu.opcode(), alu.is32(), dst, r[0], operand(immediate, 1, r)),
        def,
        uses,
        value.origin());
  }

  private void store(Value value, Operation.Store store) {
    Value stored = value.operand(1);
    Integer immediate =
        stored.isConstant() && store.map() == 0 ? shortConstant(stored.constant(), store) : null;
    List<Vreg> base = base(value);
    List<Vreg> uses = new ArrayList<>(base);
    if (immediate == null) {
      uses.add(register(stored));
    }
    int based = base.size();
    add(
        (dst, r) ->
            new Slot.Store(
                store.region(),
                immediate == null ? store.map() : 0,
                based == 0 ? Slot.NO_BASE : r[0],
                store.offset(),
                store.bytes(),
                store.swapped(),
                operand(immediate, based, r)),
        null,
        uses,
        value.origin());
  }

  /** A constant of 16 bits that stores the same bytes, or null. */
  private static Integer shortConstant(long number, Operation.Store store) {
    int spare = 64 - 8 * store.bytes();
    long signed = number << spare >> spare;
    return signed == (short) signed ? (int) signed : null;
  }

  private void atomic(Value value, Operation.Atomic atomic, Vreg def) {
    List<Vreg> uses = new ArrayList<>(base(value));
    int based = uses.size();
    Value operand = value.operand(1);
    boolean small =
        operand.isConstant() && operand.constant() >= 0 && operand.constant() < MAX_ATOMIC;
    int constant = small ? Slot.FIRST_CONSTANT + (int) operand.constant() : 0;
    for (int i = small ? 2 : 1; i < value.size(); i++) {
      uses.add(register(value.operand(i)));
    }
    int compared = small ? based : based + 1;
    add(
        (dst, r) ->
            new Slot.Atomic(
                atomic.opcode(),
                atomic.is32(),
                atomic.fetch(),
                dst,
                atomic.region(),
                atomic.map(),
                based == 0 ? Slot.NO_BASE : r[0],
                atomic.offset(),
                small ? constant : r[based],
                r.length > compared ? r[compared] : 0),
        def,
        uses,
        value.origin());
  }

  private void call(Value value, Operation.Call call, Vreg def) {
    List<Vreg> uses = new ArrayList<>();
    List<Integer> constants = new ArrayList<>();
    int operand = 0;
    int memory = 0;
    for (HelperFunction.Arg arg : call.helper().args()) {
      if (arg == HelperFunction.Arg.CONTEXT) {
        constants.add(0);
        continue;
      }
      Region region = arg.isMemory() ? call.regions().get(memory++) : null;
      boolean first = region == Region.STACK && memory == 1;
      int constant = constantArgument(value.operand(operand), arg, first);
      constants.add(constant);
      if (constant < 0) {
        uses.add(register(value.operand(operand)));
      }
      operand++;
    }
    add(
        (dst, r) -> {
          List<Integer> arguments = new ArrayList<>();
          int at = 0;
          for (int constant : constants) {
            arguments.add(constant >= 0 ? constant : r[at++]);
          }
          return new Slot.Call(dst, call.helper(), arguments, call.regions());
        },
        def,
        uses,
        value.origin());
  }

  /** How a call names a map or its first address on the stack itself; negative when it cannot. */
  private static int constantArgument(Value value, HelperFunction.Arg arg, boolean address) {
    if (!value.isConstant()) {
      return -1;
    }
    long number = value.constant();
    if (arg == HelperFunction.Arg.MAP && number >= 1 && number <= Slot.Call.MAX_MAP) {
      return Slot.FIRST_CONSTANT + (int) number;
    }
    int place = (short) number;
    boolean fits = address && place >= 0 && place <= Slot.Call.MAX_ADDRESS && place % 4 == 0;
    return fits ? Slot.FIRST_CONSTANT + place : -1;
  }

  // Facts: an instruction with a constant reads one itself, while it is what it was.

  /** The fact that an operand is, if it still is at a place of the trace; null otherwise. */
  private Fact fact(Value value, int at) {
    if (!(value.operation() instanceof Operation.ReadFact fact)) {
      return null;
    }
    if (Facts.isStable(value, boundsMove)) {
      return fact.fact();
    }
    Integer from = positions.get(value);
    boolean same = from != null && moves.stream().noneMatch(move -> move > from && move < at);
    return same ? fact.fact() : null;
  }

  private boolean needsRegister(Value fact) {
    if (registers.isGlobal(fact)) {
      return true;
    }
    for (Block block : trace.blocks()) {
      for (Value value : block.values()) {
        if (value.operands().contains(fact) && !readsFact(value)) {
          return true;
        }
      }
      if (block.terminator().operands().contains(fact) && comparedFact(block) == null) {
        return true;
      }
      for (Block successor : block.successors()) {
        if (feeds(block, successor, fact)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean readsFact(Value value) {
    return value.operation() instanceof Operation.Alu alu
        && value.size() == 2
        && immediate(value.operand(1), alu.is32()) != null
        && fact(value.operand(0), positions.get(value)) != null;
  }

  private static boolean feeds(Block block, Block successor, Value value) {
    int index = successor.predecessors().indexOf(block);
    return successor.phis().stream().anyMatch(phi -> phi.operand(index) == value);
  }

  private Fact comparedFact(Block block) {
    return block.terminator() instanceof Terminator.Branch branch
            && immediate(branch.b(), branch.is32()) != null
        ? fact(branch.a(), ends.get(block))
        : null;
  }

  // Control.

  private void leave(Block block, Block following) {
    Terminator terminator = block.terminator();
    if (terminator instanceof Terminator.Exit exit) {
      exit(null, exit.verdict(), exit.origin());
    } else if (terminator instanceof Terminator.Goto jump) {
      if (jump.next() != following) {
        end(block, jump.next());
      }
    } else {
      Terminator.Branch branch = (Terminator.Branch) terminator;
      boolean inverted =
          branch.taken() == following
              || following == null && branch.taken() == behind && branch.next() != behind;
      Terminator.Branch oriented = inverted ? branch.inverted() : branch;
      branch(block, oriented);
      if (oriented.next() != following) {
        end(block, oriented.next());
      }
    }
  }

  private void end(Block block, Block target) {
    if (formation.of(target) == null) {
      Terminator.Exit exit = (Terminator.Exit) target.terminator();
      exit(null, TraceFormation.verdict(target, block), exit.origin());
      return;
    }
    writePhis(block, target);
    if (target == behind) {
      departures.add(new Departure(null, target));
      next = formation.of(target).id();
      return;
    }
    int id = formation.of(target).id();
    Node node =
        add(
            (dst, r) -> new Slot.Branch(Opcode.BRANCH, false, 0, Operand.constant(0), id),
            null,
            List.of(),
            Value.NO_ORIGIN);
    departures.add(new Departure(node, target));
  }

  private void branch(Block block, Terminator.Branch branch) {
    Block target = branch.taken();
    if (formation.of(target) == null) {
      exit(branch, TraceFormation.verdict(target, block), branch.origin());
      return;
    }
    // Compared is what was there before the phis are written.
    Comparison comparison = comparison(branch, block).keeping(writtenBetween(block, target), this);
    writePhis(block, target);
    int id = formation.of(target).id();
    Node node =
        add(
            (dst, r) ->
                new Slot.Branch(
                    Opcode.branch(branch.condition()),
                    branch.is32(),
                    comparison.left(r),
                    comparison.right(r),
                    id),
            null,
            comparison.uses(),
            branch.origin());
    departures.add(new Departure(node, target));
  }

  /** The operands of a branch or exit. */
  private record Comparison(int fact, Integer immediate, List<Vreg> uses) {
    int left(int... r) {
      return fact >= 0 ? fact : uses.isEmpty() ? 0 : r[0];
    }

    Operand right(int... r) {
      return operand(immediate, 1, r);
    }

    /** The same on copies of registers that are about to be written. */
    Comparison keeping(Set<Vreg> written, TraceLowering code) {
      List<Vreg> kept = uses.stream().map(v -> written.contains(v) ? code.copy(v) : v).toList();
      return new Comparison(fact, immediate, kept);
    }
  }

  private Vreg copy(Vreg source) {
    Vreg copy = Vreg.local();
    add(
        (dst, r) -> new Slot.Alu(Opcode.MOV, false, dst, 0, Operand.register(r[0])),
        copy,
        List.of(source),
        Value.NO_ORIGIN);
    return copy;
  }

  /** The registers that are written when control goes from a block to another. */
  private Set<Vreg> writtenBetween(Block from, Block to) {
    int index = to.predecessors().indexOf(from);
    Set<Vreg> written = new HashSet<>();
    for (Value phi : to.phis()) {
      Value incoming = phi.operand(index);
      if (incoming != phi && !isThere(incoming, phi)) {
        written.add(registers.of(phi));
      }
    }
    return written;
  }

  /** Whether a phi's register holds what flows into it. */
  private boolean isThere(Value incoming, Value phi) {
    Vreg home = registers.of(phi);
    return home != null && (registers.of(incoming) == home || contents.get(home) == incoming);
  }

  private Comparison comparison(Terminator.Branch branch, Block block) {
    if (branch == null) {
      return new Comparison(-1, 0, List.of());
    }
    Integer immediate = immediate(branch.b(), branch.is32());
    Fact fact = comparedFact(block);
    if (fact != null) {
      return new Comparison(Slot.FIRST_FACT + fact.ordinal(), immediate, List.of());
    }
    return new Comparison(-1, immediate, uses(immediate, branch.b(), register(branch.a())));
  }

  private void exit(Terminator.Branch branch, Value verdict, int origin) {
    Block block = branch == null ? null : blockOf(branch);
    Comparison comparison = comparison(branch, block);
    Condition condition = branch == null ? Condition.ALWAYS : branch.condition();
    boolean is32 = branch != null && branch.is32();
    boolean constant = verdict.isConstant() && verdict.constant() >= 0 && verdict.constant() < 128;
    List<Vreg> uses = new ArrayList<>(comparison.uses());
    if (!constant) {
      uses.add(register(verdict));
    }
    int number = constant ? (int) verdict.constant() : 0;
    Node node =
        add(
            (dst, r) ->
                new Slot.Exit(
                    Opcode.exit(condition),
                    is32,
                    comparison.left(r),
                    comparison.right(r),
                    constant ? Operand.constant(number) : Operand.register(r[r.length - 1])),
            null,
            uses,
            origin);
    departures.add(new Departure(node, null));
  }

  private Block blockOf(Terminator.Branch branch) {
    for (Block block : trace.blocks()) {
      if (block.terminator() == branch
          || block.terminator() instanceof Terminator.Branch other
              && other.a() == branch.a()
              && other.b() == branch.b()
              && other.successors().containsAll(branch.successors())) {
        return block;
      }
    }
    throw new IllegalStateException("a branch of no block");
  }

  /** Writes what the phis of a block get when control comes from another. */
  private void writePhis(Block from, Block to) {
    int index = to.predecessors().indexOf(from);
    List<Value> phis = to.phis();
    Map<Value, Vreg> early = new HashMap<>();
    Set<Vreg> written = writtenBetween(from, to);
    for (Value phi : phis) {
      // What stands in a register that is about to be written, as another phi's, is read before.
      Value incoming = phi.operand(index);
      boolean moved = incoming != phi && !isThere(incoming, phi);
      if (moved && (phis.contains(incoming) || written.contains(registers.of(incoming)))) {
        early.put(incoming, copy(register(incoming)));
      }
    }
    for (Value phi : phis) {
      Value incoming = phi.operand(index);
      if (incoming != phi && !isThere(incoming, phi)) {
        writePhi(phi, incoming, early.get(incoming));
      }
    }
  }

  private void writePhi(Value phi, Value incoming, Vreg early) {
    int address = registers.spillAddress(phi);
    Vreg home = registers.of(phi);
    Integer immediate = immediate(incoming, false);
    if (address >= 0) {
      storeSpilled(early != null ? early : register(incoming), address, Value.NO_ORIGIN);
    } else if (home != null) {
      List<Vreg> uses =
          immediate != null ? List.of() : List.of(early != null ? early : register(incoming));
      add(
          (dst, r) -> new Slot.Alu(Opcode.MOV, false, dst, 0, operand(immediate, 0, r)),
          home,
          uses,
          Value.NO_ORIGIN);
      contents.put(home, incoming);
    } else {
      throw new IllegalStateException(phi + " has no place");
    }
  }
}
