package org.weft.sim.validate;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.AtomicOp;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.object.Program;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/**
 * Proves of some edges that no packet takes them, whatever the maps hold: mostly tests for null of
 * lookups that always find, because the map is an array and the index inside. An abstract
 * interpretation of its own, with ranges of numbers; what it does not say may be impossible all the
 * same.
 */
final class Impossible {
  /** Visits of an instruction after which numbers that still change are given up. */
  private static final int PATIENCE = 16;

  private final Program program;
  private final List<MapDefinition> maps;
  private final Known[] before;
  private final int[] visits;
  private final BitSet possible = new BitSet();
  private final Deque<Integer> work = new ArrayDeque<>();

  private Impossible(Program program, List<MapDefinition> maps) {
    this.program = program;
    this.maps = maps;
    before = new Known[program.code().size()];
    visits = new int[program.code().size()];
  }

  /**
   * Edges of a program that cannot be taken: twice the instruction, plus one where the jump is
   * taken. Instructions that cannot be reached have none that can.
   */
  static BitSet edges(Program program, List<MapDefinition> maps) {
    Impossible analysis = new Impossible(program, maps);
    analysis.run();
    BitSet impossible = new BitSet();
    for (int i = 0; i < program.code().size(); i++) {
      boolean isJump =
          program.code().get(i) instanceof Instruction.Jump jump && jump.op() != JumpOp.JA;
      boolean isReached = analysis.before[i] != null;
      impossible.set(2 * i, !isReached || isJump && !analysis.possible.get(2 * i));
      impossible.set(2 * i + 1, !isReached || isJump && !analysis.possible.get(2 * i + 1));
    }
    return impossible;
  }

  private void run() {
    flow(0, Known.atEntry(true));
    for (Program.Function function : program.functions()) {
      if (function.index() > 0) {
        flow(function.index(), Known.atEntry(false));
      }
    }
    while (!work.isEmpty()) {
      int at = work.removeFirst();
      step(at, program.code().get(at), before[at].copy());
    }
  }

  private void flow(int to, Known known) {
    if (before[to] == null) {
      before[to] = known.copy();
      work.addLast(to);
    } else if (before[to].join(known, visits[to]++ > PATIENCE)) {
      work.addLast(to);
    }
  }

  private void step(int at, Instruction instruction, Known known) {
    int next = at + 1;
    if (instruction instanceof Instruction.Jump jump) {
      jump(at, jump, known);
      return;
    } else if (instruction instanceof Instruction.Exit) {
      return;
    } else if (instruction instanceof Instruction.Alu alu) {
      known.set(alu.dst(), alu(alu, known));
    } else if (instruction instanceof Instruction.Swap swap) {
      known.set(swap.dst(), swap.bits() == 64 ? Fact.NOT_STACK : Fact.bytes(swap.bits() / 8));
    } else if (instruction instanceof Instruction.LoadImmediate load) {
      known.set(load.dst(), immediate(load));
      next = at + 2;
    } else if (instruction instanceof Instruction.Load load) {
      known.set(load.dst(), load(load, known));
    } else if (instruction instanceof Instruction.Store store) {
      Fact value = operand(store.value(), known);
      known.store(known.register(store.base()), store.offset(), store.bytes(), value);
    } else if (instruction instanceof Instruction.Atomic atomic) {
      int bytes = atomic.is64() ? 8 : 4;
      known.store(known.register(atomic.base()), atomic.offset(), bytes, Fact.ANY);
      known.set(atomic.op() == AtomicOp.CMPXCHG ? 0 : atomic.src(), Fact.ANY);
    } else if (instruction instanceof Instruction.CallHelper call) {
      known.returned(call(call, known));
    } else {
      known.forgetFrame();
      known.returned(Fact.ANY);
    }
    flow(next, known);
  }

  private static Fact operand(Operand operand, Known known) {
    return operand.isRegister() ? known.register(operand.value()) : Fact.constant(operand.value());
  }

  private static Fact alu(Instruction.Alu alu, Known known) {
    Fact a = known.register(alu.dst());
    Operand src = alu.src();
    if (!src.isRegister() && src.value() < 0) {
      if (alu.is64() && alu.op() == AluOp.ADD) {
        return a.plus(src.value());
      }
      Fact word = Fact.constant(src.value() & 0xffffffffL);
      boolean masks = alu.op() == AluOp.AND && a.is(Fact.Kind.NUMBER);
      return !alu.is64()
          ? a.then(alu.op(), false, word)
          : masks ? Fact.number(0, a.high()) : Fact.ANY;
    }
    return a.then(alu.op(), alu.is64(), operand(src, known));
  }

  private static Fact immediate(Instruction.LoadImmediate load) {
    return switch (load.kind()) {
      case NUMBER -> Fact.constant(load.value());
      case MAP_INDEX -> Fact.map(load.low());
      case MAP_INDEX_VALUE -> Fact.VALUE;
      default -> Fact.ANY;
    };
  }

  private static Fact load(Instruction.Load load, Known known) {
    Fact base = known.register(load.base());
    if (load.signed()) {
      return Fact.NOT_STACK;
    }
    if (base.is(Fact.Kind.STACK)) {
      return known.load(base.low() + load.offset(), load.bytes());
    }
    if (base.is(Fact.Kind.CONTEXT)) {
      // Three of its fields are addresses, which fill a register although they are four bytes.
      return load.offset() < 12 ? Fact.NOT_STACK : Fact.bytes(4);
    }
    return base.is(Fact.Kind.ANY) && load.bytes() == 8 ? Fact.ANY : loaded(base, load.bytes());
  }

  /** From memory that is not known to be the frame; the context has addresses of four bytes. */
  private static Fact loaded(Fact base, int bytes) {
    return base.is(Fact.Kind.VALUE) || bytes != 4 ? Fact.bytes(bytes) : Fact.NOT_STACK;
  }

  private Fact call(Instruction.CallHelper call, Known known) {
    HelperFunction helper = HelperFunction.of(call.number());
    boolean callsBack = helper != null && helper.args().contains(HelperFunction.Arg.FUNCTION);
    if (helper == null || helper.writesMemory() || callsBack) {
      known.forgetFrame();
      return Fact.NOT_STACK;
    }
    boolean finds = helper == HelperFunction.MAP_LOOKUP_ELEM && alwaysFinds(known);
    return finds ? Fact.VALUE : Fact.NOT_STACK;
  }

  private boolean alwaysFinds(Known known) {
    Fact map = known.register(1);
    Fact key = known.register(2);
    if (!map.is(Fact.Kind.MAP) || !key.is(Fact.Kind.STACK)) {
      return false;
    }
    MapDefinition definition = maps.get((int) map.low());
    boolean isArray =
        definition.type() == MapType.ARRAY || definition.type() == MapType.PERCPU_ARRAY;
    Fact index = known.load(key.low(), 4);
    return isArray && index.high() < definition.maxEntries();
  }

  private void jump(int at, Instruction.Jump jump, Known known) {
    int target = at + 1 + jump.offset();
    if (jump.op() == JumpOp.JA) {
      flow(target, known);
      return;
    }
    Fact a = known.register(jump.dst());
    Fact b = operand(jump.src(), known);
    for (int taken = 0; taken < 2; taken++) {
      Fact refined = Possible.refine(jump.op(), jump.is64(), a, b, taken == 1);
      if (refined != null) {
        // A jump to the next instruction is never told to be taken.
        possible.set(2 * at + (jump.offset() == 0 ? 0 : taken));
        Known copy = known.copy();
        copy.set(jump.dst(), refined);
        flow(taken == 1 ? target : at + 1, copy);
      }
    }
  }
}
