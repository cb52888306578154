package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.compiler.pass.StackUse;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;

/** The instructions that values of a trace become. */
final class ValueLowering {
  /** Constants below this stand in an atomic operation. */
  private static final int MAX_ATOMIC = 32;

  private final TraceCode code;
  private final TraceFacts facts;
  private final StackUse stackUse;

  ValueLowering(TraceCode code, TraceFacts facts, StackUse stackUse) {
    this.code = code;
    this.facts = facts;
    this.stackUse = stackUse;
  }

  /** Makes the instructions of a value. */
  void lower(Value value) {
    Operation operation = value.operation();
    if (facts.isStable(value)
        || operation instanceof Operation.ReadFact && !facts.needsRegister(value)) {
      return;
    }
    Vreg def = operation.hasResult() ? code.definition(value) : null;
    lower(value, operation, def);
    if (operation.region() == Region.MAP) {
      code.last().setMap(MapOfAddress.of(value));
    } else if (operation instanceof Operation.Call) {
      code.last().setStackRead(stackUse.readBy(value));
    }
    if (def != null) {
      code.define(value, def);
    }
  }

  private void lower(Value value, Operation operation, Vreg def) {
    int origin = value.origin();
    if (operation instanceof Operation.Alu alu) {
      alu(value, alu, def);
    } else if (operation instanceof Operation.Parameter parameter) {
      Operand source = Operand.register(parameter.register());
      code.add(
          (dst, uses) -> new Slot.Alu(Opcode.MOV, false, dst, 0, source), def, List.of(), origin);
    } else if (operation instanceof Operation.ReadFact fact) {
      code.add((dst, uses) -> new Slot.ReadFact(dst, fact.fact()), def, List.of(), origin);
    } else if (operation instanceof Operation.Load load) {
      List<Vreg> uses = base(value);
      code.add(
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
      List<Vreg> uses = List.of(code.register(value.operand(0)), code.register(value.operand(1)));
      code.add((dst, r) -> new Slot.TailCall(r[0], r[1]), null, uses, origin);
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
    return none ? List.of() : List.of(code.register(base));
  }

  private void alu(Value value, Operation.Alu alu, Vreg def) {
    Value b = value.operand(value.size() - 1);
    Integer immediate = TraceCode.immediate(b, alu.is32());
    if (value.size() == 1) {
      List<Vreg> uses = code.uses(immediate, b);
      code.add(
          (dst, r) ->
              new Slot.Alu(alu.opcode(), alu.is32(), dst, 0, TraceCode.operand(immediate, 0, r)),
          def,
          uses,
          value.origin());
      return;
    }
    Fact fact = immediate == null ? null : facts.of(value.operand(0), value);
    if (fact != null) {
      int left = Slot.FIRST_FACT + fact.ordinal();
      code.add(
          (dst, r) ->
              new Slot.Alu(alu.opcode(), alu.is32(), dst, left, Operand.constant(immediate)),
          def,
          List.of(),
          value.origin());
      return;
    }
    List<Vreg> uses = code.uses(immediate, b, code.register(value.operand(0)));
    code.add(
        (dst, r) ->
            new Slot.Alu(alu.opcode(), alu.is32(), dst, r[0], TraceCode.operand(immediate, 1, r)),
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
      uses.add(code.register(stored));
    }
    int based = base.size();
    code.add(
        (dst, r) ->
            new Slot.Store(
                store.region(),
                immediate == null ? store.map() : 0,
                based == 0 ? Slot.NO_BASE : r[0],
                store.offset(),
                store.bytes(),
                store.swapped(),
                TraceCode.operand(immediate, based, r)),
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
      uses.add(code.register(value.operand(i)));
    }
    int compared = small ? based : based + 1;
    code.add(
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
        uses.add(code.register(value.operand(operand)));
      }
      operand++;
    }
    code.add(
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
}
