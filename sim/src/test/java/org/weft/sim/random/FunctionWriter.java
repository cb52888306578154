package org.weft.sim.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.JumpOp;
import org.weft.compiler.ebpf.Operand;
import org.weft.compiler.ebpf.SwapKind;

/**
 * What is known while a random function is written, and the choice of registers.
 *
 * <p>A frame has a part that always holds numbers, which pointers may point to, and below it slots
 * that pointers are spilled to. The context is kept in a register or in the slot below these.
 */
class FunctionWriter {
  static final int FRAME_POINTER = 10;
  static final int SLOT_BYTES = 8;
  private static final int[] EDGES = {0, 1, -1, 2, 7, 8, 31, 32, 63, 64, 255, 0xffff, 0x10000};

  private record Pending(int jump, State state) {}

  final Random random;
  final Code code;
  final int numbers;
  State state;

  /** Jumps to the end of the function. */
  private final List<Integer> leaving = new ArrayList<>();

  private List<Pending> pending = new ArrayList<>();

  /** Whether small machines can run it: nothing is multiplied or divided, nothing atomic. */
  private boolean plain;

  private int reserved;
  private int loops;
  private int contextRegister = -1;
  private boolean hasContext;

  /**
   * A writer of one function.
   *
   * @param numbers words of its frame that always hold numbers
   * @param slots words that pointers are spilled to
   */
  FunctionWriter(Random random, Code code, int numbers, int slots) {
    this.random = random;
    this.code = code;
    this.numbers = numbers;
    state = new State(slots);
  }

  void setPlain(boolean value) {
    plain = value;
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  int constant() {
    return switch (below(4)) {
      case 0 -> EDGES[below(EDGES.length)];
      case 1 -> chance(50) ? Integer.MIN_VALUE + below(2) : Integer.MAX_VALUE - below(2);
      case 2 -> 1 << below(32);
      default -> random.nextInt();
    };
  }

  /** Offset from the frame pointer of a word that always holds a number. */
  int numberPlace(int words) {
    return -SLOT_BYTES * (words + below(numbers - words + 1));
  }

  int slotPlace(int slot) {
    return -SLOT_BYTES * (numbers + 1 + slot);
  }

  private int contextPlace() {
    return slotPlace(state.slots());
  }

  // Registers.

  /** Loops around this place. */
  int loops() {
    return loops;
  }

  boolean inLoop() {
    return loops > 0;
  }

  /** A register that may be written with a number. */
  int numberTarget() {
    while (true) {
      int register = below(State.REGISTERS);
      boolean kept = inLoop() && register >= 6 && !isNumber(register);
      if ((reserved >>> register & 1) == 0 && !kept) {
        return register;
      }
    }
  }

  /** A register that may be written with a pointer. */
  int pointerTarget() {
    while (true) {
      int register = below(inLoop() ? 6 : State.REGISTERS);
      if ((reserved >>> register & 1) == 0) {
        return register;
      }
    }
  }

  boolean isNumber(int register) {
    return state.register(register).equals(Held.NUMBER);
  }

  /** A register that holds a number. */
  int number() {
    int first = below(State.REGISTERS);
    for (int i = 0; i < State.REGISTERS; i++) {
      int register = (first + i) % State.REGISTERS;
      if (isNumber(register) && (reserved >>> register & 1) == 0) {
        return register;
      }
    }
    int register = numberTarget();
    code.constant(register, constant());
    set(register, Held.NUMBER);
    return register;
  }

  Operand operand() {
    return chance(50) ? Operand.constant(constant()) : Operand.register(number());
  }

  void set(int register, Held value) {
    state.setRegister(register, value);
  }

  void reserve(int register) {
    reserved |= 1 << register;
  }

  void release(int register) {
    reserved &= ~(1 << register);
  }

  /** A register with a pointer into memory of these kinds; one to the stack if there is none. */
  int pointer(int allowed, int bytes) {
    int first = below(State.REGISTERS);
    for (int i = 0; i < State.REGISTERS; i++) {
      int register = (first + i) % State.REGISTERS;
      if (state.register(register).reaches(allowed, bytes)) {
        return register;
      }
    }
    int words = (bytes + SLOT_BYTES - 1) / SLOT_BYTES;
    int register = pointerTarget();
    stackPointer(register, words + below(numbers - words + 1));
    return register;
  }

  void stackPointer(int register, int words) {
    code.move(register, FRAME_POINTER);
    code.addConstant(register, -SLOT_BYTES * words);
    set(register, new Held(Held.STACK, SLOT_BYTES * words));
  }

  /** An offset at which a pointer reaches so many bytes; aligned where the memory asks for it. */
  int offset(Held pointer, int bytes, boolean aligned) {
    int offset = below(pointer.size() - bytes + 1);
    boolean align = aligned || (pointer.kinds() & Held.STACK) != 0;
    return align ? offset / bytes * bytes : offset;
  }

  // The context.

  /** Puts r1, the context, where it is kept. */
  void keepContext(boolean inRegister) {
    hasContext = true;
    if (inRegister) {
      contextRegister = 6;
      code.move(6, 1);
      set(6, Held.CONTEXT);
      reserve(6);
    } else {
      code.store(FRAME_POINTER, contextPlace(), 8, Operand.register(1));
    }
  }

  boolean hasContext() {
    return hasContext;
  }

  void context(int register) {
    if (contextRegister >= 0) {
      code.move(register, contextRegister);
    } else {
      code.load(register, FRAME_POINTER, contextPlace(), 8);
    }
  }

  // Control.

  /** Jumps on a condition to somewhere below. */
  void jumpAhead() {
    JumpOp[] ops = JumpOp.values();
    JumpOp op = ops[1 + below(ops.length - 1)];
    int dst = number();
    Operand src = operand();
    jumpAhead(op, chance(50), dst, src);
  }

  void jumpAhead(JumpOp op, boolean is64, int dst, Operand src) {
    pending.add(new Pending(code.jump(op, is64, dst, src), state.copy()));
  }

  /** Lets one of the jumps arrive here, perhaps with no way around. */
  void arrive() {
    if (pending.isEmpty()) {
      return;
    }
    if (chance(30)) {
      Operand none = Operand.constant(0);
      State before = state.copy();
      int jump = code.jump(JumpOp.JA, chance(50), 0, none);
      Pending arriving = pending.remove(below(pending.size()));
      code.land(arriving.jump());
      state = arriving.state();
      pending.add(new Pending(jump, before));
    } else {
      land(pending.remove(below(pending.size())));
    }
  }

  private void land(Pending arriving) {
    code.land(arriving.jump());
    state = state.meet(arriving.state());
  }

  void arriveAll() {
    while (!pending.isEmpty()) {
      land(pending.remove(below(pending.size())));
    }
  }

  /** The jump leaves the function. */
  void leave(int jump) {
    leaving.add(jump);
  }

  /** Where jumps that leave arrive; the function returns less than a number there. */
  void leavingArrives(int bound) {
    if (leaving.isEmpty()) {
      return;
    }
    leaving.forEach(code::land);
    code.constant(0, below(bound));
    code.exit();
  }

  /** A loop of up to five rounds. */
  void loop(Runnable body) {
    int counter = 7 + below(3);
    if ((reserved >>> counter & 1) != 0 || inLoop() && !isNumber(counter)) {
      return;
    }
    boolean up = chance(50);
    int rounds = 1 + below(5);
    code.constant(counter, up ? 0 : rounds);
    set(counter, Held.NUMBER);
    reserve(counter);
    for (int i = 0; i < 6; i++) {
      set(i, Held.NOTHING);
    }
    List<Pending> outside = pending;
    pending = new ArrayList<>();
    loops++;
    State start = state.copy();
    int begin = code.size();
    body.run();
    if (chance(70)) {
      arriveAll();
    }
    if (!start.equals(start.meet(state))) {
      throw new IllegalStateException("the loop's body does not keep what it needs");
    }
    code.addConstant(counter, up ? 1 : -1);
    JumpOp op = up ? JumpOp.JLT : JumpOp.JNE;
    Operand end = Operand.constant(up ? rounds : 0);
    code.aim(code.jump(op, chance(50), counter, end), begin);
    loops--;
    outside.addAll(pending);
    pending = outside;
    release(counter);
  }

  // What needs nothing but registers.

  void arithmetic() {
    boolean is64 = chance(60);
    AluOp[] ops = AluOp.values();
    AluOp op = ops[below(ops.length)];
    if (plain && needsUnit(op)) {
      op = AluOp.SUB;
    }
    if (op == AluOp.MOVSX32) {
      is64 = true;
    }
    if (op == AluOp.MOV || op.isSignExtendingMove()) {
      Operand src = op == AluOp.MOV ? operand() : Operand.register(number());
      int dst = numberTarget();
      code.alu(op, is64, dst, src);
      set(dst, Held.NUMBER);
      return;
    }
    int dst = number();
    Operand src = op == AluOp.NEG ? Operand.constant(0) : operand();
    if (!src.isRegister()) {
      src =
          switch (op) {
            case LSH, RSH, ARSH -> Operand.constant(src.value() & (is64 ? 63 : 31));
            case DIV, MOD, SDIV, SMOD -> src.value() == 0 ? Operand.constant(-1) : src;
            default -> src;
          };
    }
    code.alu(op, is64, dst, src);
  }

  private static boolean needsUnit(AluOp op) {
    return switch (op) {
      case MUL, DIV, MOD, SDIV, SMOD -> true;
      default -> false;
    };
  }

  /** Two shifts put together: mostly a rotation of 32 or 64 bits, or nearly one. */
  void rotation() {
    int high = number();
    int low = numberTarget();
    if (low == high) {
      return;
    }
    boolean is64 = chance(60);
    int width = chance(50) ? 32 : 64;
    int by = 1 + below(is64 ? width - 1 : 31);
    int rest = (width - by - (chance(10) ? 1 : 0)) & (is64 ? 63 : 31);
    code.alu(AluOp.MOV, chance(70), low, Operand.register(high));
    if (chance(40)) {
      code.alu(AluOp.AND, chance(70), low, Operand.constant(-1 << rest));
    }
    code.alu(AluOp.RSH, is64, low, Operand.constant(rest));
    code.alu(AluOp.LSH, is64, high, Operand.constant(by));
    AluOp[] together = {AluOp.OR, AluOp.XOR, AluOp.ADD};
    code.alu(together[below(3)], chance(70), high, Operand.register(low));
    if (chance(60)) {
      code.alu(AluOp.AND, true, high, Operand.constant(-1 >>> 1 + below(20)));
    } else if (chance(50)) {
      code.alu(AluOp.MOV, false, high, Operand.register(high));
    }
    set(low, Held.NUMBER);
  }

  void swap() {
    SwapKind[] kinds = SwapKind.values();
    int dst = number();
    code.add(new Instruction.Swap(kinds[below(kinds.length)], dst, 16 << below(3)));
  }

  void wideConstant() {
    int dst = numberTarget();
    code.add(new Instruction.LoadImmediate(dst, ImmediateKind.NUMBER, random.nextLong()));
    set(dst, Held.NUMBER);
  }
}
