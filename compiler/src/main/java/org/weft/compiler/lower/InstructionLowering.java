package org.weft.compiler.lower;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.cfg.Frame;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.SwapKind;
import org.weft.compiler.object.Program;
import org.weft.compiler.region.Regions;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.HelperFunction;

/** Lowers the instructions of one block. */
final class InstructionLowering {
  private static final int FRAME_POINTER = 10;

  private final Program program;
  private final Frame frame;
  private final StackLayout stack;
  private final MachineSpec machine;
  private final List<Lowered.Operation> operations = new ArrayList<>();
  private int index;

  InstructionLowering(Program program, Frame frame, StackLayout stack, MachineSpec machine) {
    this.program = program;
    this.frame = frame;
    this.stack = stack;
    this.machine = machine;
  }

  List<Lowered.Operation> operations() {
    return operations;
  }

  private void emit(Slot slot) {
    operations.add(new Lowered.Operation(slot, index));
  }

  private int register(int register) {
    return RegisterMap.machineRegister(register, frame);
  }

  private int framePointer() {
    return stack.top(frame) | StackLayout.POINTER_BIT;
  }

  private Operand operand(org.weft.compiler.ebpf.Operand operand) {
    if (!operand.isRegister()) {
      return Operand.constant(operand.value());
    }
    return operand.value() == FRAME_POINTER
        ? Operand.constant(framePointer())
        : Operand.register(register(operand.value()));
  }

  /** A register that holds the value; the frame pointer is put into a temporary one. */
  private int inRegister(int register, int temporary) {
    if (register != FRAME_POINTER) {
      return register(register);
    }
    emit(new Slot.Alu(Opcode.MOV, false, temporary, 0, Operand.constant(framePointer())));
    return temporary;
  }

  void lower(int at, Regions.Access access) {
    index = at;
    Instruction instruction = program.code().get(at);
    if (instruction instanceof Instruction.Alu alu) {
      alu(alu);
    } else if (instruction instanceof Instruction.Swap swap) {
      swap(swap);
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      immediate(load);
    } else if (instruction instanceof Instruction.Load load) {
      load(load, access);
    } else if (instruction instanceof Instruction.Store store) {
      store(store, access.regions().get(0));
    } else if (instruction instanceof Instruction.Atomic atomic) {
      atomic(atomic, access.regions().get(0));
    } else if (instruction instanceof Instruction.CallHelper call) {
      call(call, access);
    } else if (instruction instanceof Instruction.CallKernel) {
      throw refuse("calls a kernel function; only helper functions exist on the machine");
    }
  }

  private void alu(Instruction.Alu alu) {
    Opcode opcode = opcode(alu.op());
    switch (opcode.unit()) {
      case MULTIPLIER -> need(machine.multipliers(), "multiplier");
      case DIVIDER -> need(machine.dividers(), "divider");
      default -> {
        // Every machine has adders and a shifter.
      }
    }
    int dst = register(alu.dst());
    boolean binary = opcode.format() == Opcode.Format.BINARY;
    Operand source = alu.op() == AluOp.NEG ? Operand.register(dst) : operand(alu.src());
    emit(new Slot.Alu(opcode, !alu.is64(), dst, binary ? dst : 0, source));
  }

  private static Opcode opcode(AluOp op) {
    return switch (op) {
      case ADD -> Opcode.ADD;
      case SUB -> Opcode.SUB;
      case MUL -> Opcode.MUL;
      case DIV -> Opcode.DIV;
      case OR -> Opcode.OR;
      case AND -> Opcode.AND;
      case LSH -> Opcode.LSH;
      case RSH -> Opcode.RSH;
      case NEG -> Opcode.NEG;
      case MOD -> Opcode.MOD;
      case XOR -> Opcode.XOR;
      case MOV -> Opcode.MOV;
      case ARSH -> Opcode.ARSH;
      case SDIV -> Opcode.SDIV;
      case SMOD -> Opcode.SMOD;
      case MOVSX8 -> Opcode.SEXT8;
      case MOVSX16 -> Opcode.SEXT16;
      case MOVSX32 -> Opcode.SEXT32;
    };
  }

  private void swap(Instruction.Swap swap) {
    int dst = register(swap.dst());
    if (swap.kind() == SwapKind.LE) {
      if (swap.bits() == 16) {
        emit(new Slot.Alu(Opcode.AND, false, dst, dst, Operand.constant(0xffff)));
      } else if (swap.bits() == 32) {
        emit(new Slot.Alu(Opcode.MOV, true, dst, 0, Operand.register(dst)));
      }
      return;
    }
    Opcode opcode =
        switch (swap.bits()) {
          case 16 -> Opcode.SWAP16;
          case 32 -> Opcode.SWAP32;
          default -> Opcode.SWAP64;
        };
    emit(new Slot.Alu(opcode, false, dst, 0, Operand.register(dst)));
  }

  private void immediate(Instruction.LoadImmediate load) {
    long value =
        switch (load.kind()) {
          case NUMBER -> load.value();
          case MAP_INDEX -> load.low() + 1L;
          case MAP_INDEX_VALUE -> (load.low() + 1L) << 32 | load.high() & 0xffffffffL;
          default ->
              throw refuse("loads a " + load.kind() + ", which only a running kernel can give");
        };
    int dst = register(load.dst());
    emit(new Slot.Alu(Opcode.MOV, false, dst, 0, Operand.constant((int) value)));
    if (value != (int) value) {
      Operand high = Operand.constant((int) (value >> 32));
      emit(new Slot.Alu(Opcode.HIGH, false, dst, dst, high));
    }
  }

  private void load(Instruction.Load load, Regions.Access access) {
    int dst = register(load.dst());
    if (access.context()) {
      context(load, dst);
      return;
    }
    Region region = access.regions().get(0);
    boolean absolute = load.base() == FRAME_POINTER;
    emit(
        new Slot.Load(
            dst,
            region,
            absolute ? Slot.NO_BASE : register(load.base()),
            absolute ? stack.top(frame) + load.offset() : load.offset(),
            load.bytes(),
            load.signed(),
            false));
  }

  private void context(Instruction.Load load, int dst) {
    Operand data = Operand.constant(StackLayout.POINTER_BIT);
    Fact fact = fact(load);
    if (fact == null) {
      emit(new Slot.Alu(Opcode.MOV, false, dst, 0, data));
      return;
    }
    emit(new Slot.ReadFact(dst, fact));
    if (fact == Fact.METADATA) {
      emit(new Slot.Alu(Opcode.NEG, false, dst, 0, Operand.register(dst)));
    }
    if (fact == Fact.METADATA || fact == Fact.LENGTH) {
      emit(new Slot.Alu(Opcode.ADD, false, dst, dst, data));
    }
  }

  private Fact fact(Instruction.Load load) {
    ContextField field = load.bytes() == 4 ? ContextField.at(load.offset()) : null;
    if (field == null) {
      throw refuse(
          "reads "
              + load.bytes()
              + " bytes at context offset "
              + load.offset()
              + "; read whole fields of struct xdp_md");
    }
    return switch (field) {
      case DATA -> null;
      case DATA_END -> Fact.LENGTH;
      case DATA_META -> Fact.METADATA;
      case INGRESS_IFINDEX -> Fact.INGRESS_IFINDEX;
      case RX_QUEUE_INDEX -> Fact.RX_QUEUE_INDEX;
      case EGRESS_IFINDEX -> Fact.EGRESS_IFINDEX;
    };
  }

  private void store(Instruction.Store store, Region region) {
    Operand value = storeOperand(store);
    boolean absolute = store.base() == FRAME_POINTER;
    emit(
        new Slot.Store(
            region,
            absolute ? Slot.NO_BASE : register(store.base()),
            absolute ? stack.top(frame) + store.offset() : store.offset(),
            store.bytes(),
            false,
            value));
  }

  /** Constants in stores have 16 bits; others come from a temporary register. */
  private Operand storeOperand(Instruction.Store store) {
    Operand value = operand(store.value());
    if (value.isRegister()) {
      return value;
    }
    int constant =
        switch (store.bytes()) {
          case 1 -> (byte) value.value();
          case 2 -> (short) value.value();
          default -> value.value();
        };
    if (constant == (short) constant) {
      return Operand.constant(constant);
    }
    emit(new Slot.Alu(Opcode.MOV, false, RegisterMap.TEMPORARY, 0, Operand.constant(constant)));
    return Operand.register(RegisterMap.TEMPORARY);
  }

  private void atomic(Instruction.Atomic atomic, Region region) {
    need(machine.atomics(), "unit for atomic operations");
    Opcode opcode =
        switch (atomic.op()) {
          case ADD -> Opcode.ATOMIC_ADD;
          case OR -> Opcode.ATOMIC_OR;
          case AND -> Opcode.ATOMIC_AND;
          case XOR -> Opcode.ATOMIC_XOR;
          case XCHG -> Opcode.ATOMIC_XCHG;
          case CMPXCHG -> Opcode.ATOMIC_CMPXCHG;
        };
    boolean compares = atomic.op() == AtomicOp.CMPXCHG;
    int base = inRegister(atomic.base(), RegisterMap.TEMPORARY);
    int value = inRegister(atomic.src(), RegisterMap.SECOND_TEMPORARY);
    int dst = !atomic.fetch() || compares ? 0 : register(atomic.src());
    emit(
        new Slot.Atomic(
            opcode, !atomic.is64(), atomic.fetch(), dst, region, base, atomic.offset(), value, 0));
  }

  private void call(Instruction.CallHelper call, Regions.Access access) {
    HelperFunction helper = HelperFunction.of(call.number());
    if (helper == null) {
      throw refuse("calls helper " + call.number() + ", which weft does not have");
    }
    if (!machine.helpers().contains(helper)) {
      throw refuse(
          "calls "
              + helper.functionName()
              + ", which machine "
              + machine.name()
              + " has no unit for");
    }
    if (helper == HelperFunction.TAIL_CALL) {
      if (frame.depth() > 0) {
        throw refuse(
            "tail call from a called function, which would return to its caller;"
                + " inline the function");
      }
      emit(new Slot.TailCall(register(2), register(3)));
      return;
    }
    List<Integer> arguments = new ArrayList<>();
    for (int i = 0; i < helper.args().size(); i++) {
      arguments.add(register(i + 1));
    }
    emit(new Slot.Call(register(0), helper, arguments, access.regions()));
  }

  void branch(Instruction.Jump jump, int target) {
    Condition condition =
        switch (jump.op()) {
          case JA -> Condition.ALWAYS;
          case JEQ -> Condition.EQ;
          case JGT -> Condition.GT;
          case JGE -> Condition.GE;
          case JSET -> Condition.SET;
          case JNE -> Condition.NE;
          case JSGT -> Condition.SGT;
          case JSGE -> Condition.SGE;
          case JLT -> Condition.LT;
          case JLE -> Condition.LE;
          case JSLT -> Condition.SLT;
          case JSLE -> Condition.SLE;
        };
    int left = inRegister(jump.dst(), RegisterMap.TEMPORARY);
    emit(
        new Slot.Branch(Opcode.branch(condition), !jump.is64(), left, operand(jump.src()), target));
  }

  void exit() {
    emit(new Slot.Exit(Opcode.EXIT, false, 0, Operand.constant(0), Operand.register(register(0))));
  }

  private void need(int units, String unit) {
    if (units == 0) {
      throw refuse("needs a " + unit + ", which machine " + machine.name() + " does not have");
    }
  }

  private RefusedException refuse(String cause) {
    return new RefusedException(program.place(index) + ": " + cause);
  }
}
