package org.weft.compiler.build;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.cfg.ControlFlow;
import org.weft.compiler.cfg.Frame;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.SwapKind;
import org.weft.compiler.ir.Block;
import org.weft.compiler.ir.Graph;
import org.weft.compiler.ir.Operation;
import org.weft.compiler.ir.Value;
import org.weft.compiler.region.Regions;
import org.weft.isa.RefusedException;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Region;
import org.weft.isa.xdp.ContextField;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.HelperNames;

/** Translates the instructions of one block. */
final class Translation {
  private static final int FRAME_POINTER = 10;

  /** Bytes that a copy may have: a whole frame. */
  private static final int MOST_COPIED = 1536;

  private final Graph graph;
  private final Block block;
  private final ControlFlow flow;
  private final Frame frame;
  private final StackLayout stack;
  private final Value[] variables;

  /** Whether the machine has a divider. */
  private final boolean divides;

  private int index;

  Translation(
      Graph graph,
      Block block,
      ControlFlow flow,
      Frame frame,
      StackLayout stack,
      Value[] variables,
      boolean divides) {
    this.graph = graph;
    this.block = block;
    this.flow = flow;
    this.frame = frame;
    this.stack = stack;
    this.variables = variables;
    this.divides = divides;
  }

  /** The value that a register has now. */
  Value register(int register) {
    return register == FRAME_POINTER
        ? graph.constant(stack.top(frame) | StackLayout.POINTER_BIT)
        : variables[frame.variable(register)];
  }

  /** The value of an operand now. */
  Value operand(org.weft.compiler.ebpf.Operand operand) {
    return operand.isRegister() ? register(operand.value()) : graph.constant(operand.value());
  }

  private void set(int register, Value value) {
    variables[frame.variable(register)] = value;
  }

  private Value add(Operation operation, Value... operands) {
    return block.add(graph.value(operation, List.of(operands), index));
  }

  private Value alu(Opcode opcode, boolean is32, Value... operands) {
    return add(new Operation.Alu(opcode, is32), operands);
  }

  void translate(int at, Regions.Access access) {
    index = flow.origin(at);
    Instruction instruction = flow.program().code().get(at);
    if (instruction instanceof Instruction.Alu alu) {
      alu(alu);
    } else if (instruction instanceof Instruction.Swap swap) {
      swap(swap);
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      set(load.dst(), graph.constant(immediate(load)));
    } else if (instruction instanceof Instruction.Load load) {
      load(load, access);
    } else if (instruction instanceof Instruction.Store store) {
      add(
          new Operation.Store(access.regions().get(0), 0, store.offset(), store.bytes(), false),
          register(store.base()),
          operand(store.value()));
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
    Value source = alu.op() == AluOp.NEG ? register(alu.dst()) : operand(alu.src());
    if (opcode == Opcode.MOV && alu.is64()) {
      set(alu.dst(), source);
    } else if (opcode == Opcode.MOV && source.isConstant()) {
      set(alu.dst(), graph.constant(source.constant() & 0xffffffffL));
    } else if (opcode.format() == Opcode.Format.BINARY) {
      set(alu.dst(), alu(opcode, !alu.is64(), register(alu.dst()), source));
    } else {
      set(alu.dst(), alu(opcode, !alu.is64(), source));
    }
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
    Value old = register(swap.dst());
    if (swap.kind() == SwapKind.LE) {
      if (swap.bits() == 16) {
        set(swap.dst(), alu(Opcode.AND, false, old, graph.constant(0xffff)));
      } else if (swap.bits() == 32) {
        set(swap.dst(), alu(Opcode.MOV, true, old));
      }
      return;
    }
    Opcode opcode =
        switch (swap.bits()) {
          case 16 -> Opcode.SWAP16;
          case 32 -> Opcode.SWAP32;
          default -> Opcode.SWAP64;
        };
    set(swap.dst(), alu(opcode, false, old));
  }

  private long immediate(Instruction.LoadImmediate load) {
    return switch (load.kind()) {
      case NUMBER -> load.value();
      case CODE -> index + 1 + load.low();
      case MAP_INDEX -> load.low() + 1L;
      case MAP_INDEX_VALUE -> (load.low() + 1L) << 32 | load.high() & 0xffffffffL;
      default -> throw refuse("loads a " + load.kind() + ", which only a running kernel can give");
    };
  }

  private void load(Instruction.Load load, Regions.Access access) {
    if (access.context()) {
      Value field = context(load);
      set(load.dst(), load.signed() ? alu(opcode(AluOp.MOVSX32), false, field) : field);
      return;
    }
    Region region = access.regions().get(0);
    Operation operation =
        new Operation.Load(region, 0, load.offset(), load.bytes(), load.signed(), false);
    set(load.dst(), add(operation, register(load.base())));
  }

  private Value context(Instruction.Load load) {
    ContextField field = load.bytes() == 4 ? ContextField.at(load.offset()) : null;
    if (field == null) {
      throw refuse(
          "reads "
              + load.bytes()
              + " bytes at context offset "
              + load.offset()
              + "; read whole fields of struct xdp_md");
    }
    Value data = graph.constant(StackLayout.POINTER_BIT);
    return switch (field) {
      case DATA -> data;
      case DATA_END -> alu(Opcode.ADD, false, fact(Fact.LENGTH), data);
      case DATA_META -> alu(Opcode.SUB, false, data, fact(Fact.METADATA));
      case INGRESS_IFINDEX -> fact(Fact.INGRESS_IFINDEX);
      case RX_QUEUE_INDEX -> fact(Fact.RX_QUEUE_INDEX);
      case EGRESS_IFINDEX -> fact(Fact.EGRESS_IFINDEX);
    };
  }

  /** The fact that a helper gives, or null. */
  private static Fact fact(HelperFunction helper) {
    return switch (helper) {
      case GET_SMP_PROCESSOR_ID -> Fact.CPU;
      case KTIME_GET_NS, KTIME_GET_BOOT_NS, KTIME_GET_COARSE_NS, KTIME_GET_TAI_NS -> Fact.TIME;
      case XDP_GET_BUFF_LEN -> Fact.LENGTH;
      default -> null;
    };
  }

  private Value fact(Fact fact) {
    return add(new Operation.ReadFact(fact));
  }

  private void atomic(Instruction.Atomic atomic, Region region) {
    if (region != Region.MAP) {
      atomicOfItsOwn(atomic, region);
      return;
    }
    boolean compares = atomic.op() == AtomicOp.CMPXCHG;
    Opcode opcode =
        switch (atomic.op()) {
          case ADD -> Opcode.ATOMIC_ADD;
          case OR -> Opcode.ATOMIC_OR;
          case AND -> Opcode.ATOMIC_AND;
          case XOR -> Opcode.ATOMIC_XOR;
          case XCHG -> Opcode.ATOMIC_XCHG;
          case CMPXCHG -> Opcode.ATOMIC_CMPXCHG;
        };
    Operation operation =
        new Operation.Atomic(opcode, !atomic.is64(), atomic.fetch(), region, 0, atomic.offset());
    List<Value> operands = new ArrayList<>();
    operands.add(register(atomic.base()));
    operands.add(register(atomic.src()));
    if (compares) {
      operands.add(register(0));
    }
    Value value = add(operation, operands.toArray(Value[]::new));
    if (atomic.fetch()) {
      set(compares ? 0 : atomic.src(), value);
    }
  }

  /** Nobody else reaches packet and stack: load, operate and store are as good there. */
  private void atomicOfItsOwn(Instruction.Atomic atomic, Region region) {
    boolean is32 = !atomic.is64();
    int bytes = is32 ? 4 : 8;
    Value base = register(atomic.base());
    Value source = register(atomic.src());
    Value old = add(new Operation.Load(region, 0, atomic.offset(), bytes, false, false), base);
    Value stored =
        switch (atomic.op()) {
          case ADD -> alu(Opcode.ADD, is32, old, source);
          case OR -> alu(Opcode.OR, is32, old, source);
          case AND -> alu(Opcode.AND, is32, old, source);
          case XOR -> alu(Opcode.XOR, is32, old, source);
          case XCHG -> source;
          case CMPXCHG -> exchanged(old, source, is32);
        };
    add(new Operation.Store(region, 0, atomic.offset(), bytes, false), base, stored);
    if (atomic.fetch()) {
      set(atomic.op() == AtomicOp.CMPXCHG ? 0 : atomic.src(), old);
    }
  }

  /** The source if the old value is that of r0, else the old value. */
  private Value exchanged(Value old, Value source, boolean is32) {
    Value difference = alu(Opcode.XOR, is32, old, register(0));
    Value differs = alu(Opcode.MIN, false, difference, graph.constant(1));
    Value mask = alu(Opcode.NEG, false, differs);
    Value change = alu(Opcode.XOR, false, old, source);
    return alu(Opcode.XOR, false, source, alu(Opcode.AND, false, change, mask));
  }

  private void call(Instruction.CallHelper call, Regions.Access access) {
    HelperFunction helper = HelperFunction.of(call.number());
    if (helper == null) {
      throw refuse("calls " + HelperNames.describe(call.number()) + ", which weft does not have");
    }
    if (helper == HelperFunction.TAIL_CALL) {
      if (frame.depth() > 0) {
        throw refuse(
            "tail call from a called function, which would return to its caller;"
                + " inline the function");
      }
      add(new Operation.TailCall(), register(2), register(3));
      return;
    }
    if (helper == HelperFunction.PROBE_READ_KERNEL) {
      copy(access.regions());
      return;
    }
    if (helper == HelperFunction.GET_NUMA_NODE_ID) {
      set(0, graph.constant(0)); // All memory is one node's.
      return;
    }
    Fact known = fact(helper);
    if (known != null) {
      set(0, fact(known));
      return;
    }
    if (helper == HelperFunction.JIFFIES64 && divides) {
      Value jiffy = graph.constant(HelperFunction.NS_PER_JIFFY);
      set(0, alu(Opcode.DIV, false, fact(Fact.TIME), jiffy));
      return;
    }
    List<Value> arguments = new ArrayList<>();
    for (int i = 0; i < helper.args().size(); i++) {
      if (helper.args().get(i) != HelperFunction.Arg.CONTEXT) {
        Value argument = register(i + 1);
        // The distance is an int in C: one form for what is the same.
        boolean distance = helper.movesPacketBounds() && argument.isConstant();
        arguments.add(distance ? graph.constant((int) argument.constant()) : argument);
      }
    }
    Operation operation = new Operation.Call(helper, access.regions());
    set(0, add(operation, arguments.toArray(Value[]::new)));
  }

  /** No unit copies what is in memory of the core: it takes loads and stores. */
  private void copy(List<Region> regions) {
    Value size = register(2);
    if (!size.isConstant() || Long.compareUnsigned(size.constant(), MOST_COPIED) > 0) {
      throw refuse(
          "bpf_probe_read_kernel of more than "
              + MOST_COPIED
              + " bytes, or of a number that is not a constant; copy with loads and stores");
    }
    Value to = register(1);
    Value from = register(3);
    int bytes;
    for (int at = 0; at < size.constant(); at += bytes) {
      bytes = Integer.highestOneBit((int) Math.min(Long.BYTES, size.constant() - at));
      Value part = add(new Operation.Load(regions.get(1), 0, at, bytes, false, false), from);
      add(new Operation.Store(regions.get(0), 0, at, bytes, false), to, part);
    }
    set(0, graph.constant(0));
  }

  static Condition condition(JumpOp op) {
    return switch (op) {
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
  }

  private RefusedException refuse(String cause) {
    return new RefusedException(flow.program().place(index) + ": " + cause);
  }
}
