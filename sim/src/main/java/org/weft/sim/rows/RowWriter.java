package org.weft.sim.rows;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.sim.map.RingBuffer;

/**
 * Writes the method of a row, as rows are defined: what slots read is read first, into variables;
 * then the first branch or exit that is taken is found; then the slots before it have their effect,
 * calls first, registers last.
 *
 * <p>What operations mean is not written here: the method calls {@link Arithmetic}, {@link
 * Condition}, {@link RowMemory} and {@link RowState}.
 */
final class RowWriter extends MethodWriter {
  private static final String ROWS = RowState.class.getPackageName().replace('.', '/') + '/';
  private static final String ISA = Slot.class.getPackageName().replace('.', '/') + '/';
  private static final String STATE = ROWS + "RowState";
  private static final String THREAD = ROWS + "RowThread";
  private static final String MEMORY = ROWS + "RowMemory";
  private static final String SLOT = "L" + ISA + "Slot;";
  private static final String CALL = "L" + ROWS + "CallForm;";
  private static final String ACCESS = "L" + ROWS + "AccessForm;";
  private static final String REGISTERS = "[J";

  // Variables: this, the state, its registers, its memory; numbers from there on.
  private static final int STATE_VARIABLE = 1;
  private static final int REGISTERS_VARIABLE = 2;
  private static final int MEMORY_VARIABLE = 3;
  private static final int FIRST_NUMBER = 4;

  private final String className;
  private final List<Slot> slots;
  private final int next;
  private final boolean late;

  /** By register: its variable, or 0. */
  private final int[] registers = new int[RowState.REGISTER_COUNT];

  private final Map<Fact, Integer> facts = new EnumMap<>(Fact.class);

  /** By slot: the variable of what it loaded, or 0. */
  private final int[] loaded;

  private int variables = FIRST_NUMBER;

  /**
   * A writer for a row.
   *
   * @param next the row behind it
   * @param late whether others make calls and accesses of map values
   */
  RowWriter(MethodVisitor method, String className, List<Slot> slots, int next, boolean late) {
    super(method);
    this.className = className;
    this.slots = slots;
    this.next = next;
    this.late = late;
    loaded = new int[slots.size()];
  }

  void write() {
    method.visitCode();
    variable(Opcodes.ALOAD, STATE_VARIABLE);
    if (late) {
      method.visitTypeInsn(Opcodes.CHECKCAST, THREAD);
      variable(Opcodes.ASTORE, STATE_VARIABLE);
      variable(Opcodes.ALOAD, STATE_VARIABLE);
    }
    method.visitFieldInsn(Opcodes.GETFIELD, STATE, "registers", REGISTERS);
    variable(Opcodes.ASTORE, REGISTERS_VARIABLE);
    variable(Opcodes.ALOAD, STATE_VARIABLE);
    method.visitFieldInsn(Opcodes.GETFIELD, STATE, "memory", "L" + MEMORY + ";");
    variable(Opcodes.ASTORE, MEMORY_VARIABLE);
    readRegisters();
    readFacts();
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i) instanceof Slot.Load load && !isLeft(load)) {
        load(load);
        loaded[i] = keep();
      }
    }
    control();
    method.visitMaxs(0, 0);
    method.visitEnd();
  }

  /** Whether others make an access. */
  private boolean isLeft(Slot slot) {
    return late && AccessForm.isOne(slot);
  }

  private void readRegisters() {
    int reads = 0;
    for (Slot slot : slots) {
      boolean calls = slot instanceof Slot.Call || slot instanceof Slot.TailCall;
      reads |= calls && !isLeft(slot) ? 0 : slot.reads();
    }
    for (int set = reads; set != 0; set &= set - 1) {
      int register = Integer.numberOfTrailingZeros(set);
      variable(Opcodes.ALOAD, REGISTERS_VARIABLE);
      constant(register);
      method.visitInsn(Opcodes.LALOAD);
      registers[register] = keep();
    }
  }

  private void readFacts() {
    for (Slot slot : slots) {
      Fact fact = slot instanceof Slot.ReadFact read ? read.fact() : slot.operandFact();
      if (fact != null && !facts.containsKey(fact)) {
        variable(Opcodes.ALOAD, STATE_VARIABLE);
        method.visitFieldInsn(Opcodes.GETSTATIC, ISA + "Fact", fact.name(), "L" + ISA + "Fact;");
        invoke(STATE, "fact", "(L" + ISA + "Fact;)J");
        facts.put(fact, keep());
      }
    }
  }

  /** Finds the way out, and writes what happens on each. */
  private void control() {
    Map<Integer, Label> ways = new java.util.TreeMap<>();
    boolean open = true;
    for (int i = 0; i < slots.size() && open; i++) {
      Slot slot = slots.get(i);
      Label label = new Label();
      if (slot instanceof Slot.Branch branch) {
        open = test(branch.opcode().condition(), branch.is32(), branch.a(), branch.b(), label);
        ways.put(i, label);
      } else if (slot instanceof Slot.Exit exit) {
        open = test(exit.opcode().condition(), exit.is32(), exit.a(), exit.b(), label);
        ways.put(i, label);
      }
    }
    if (open) {
      effects(slots.size());
      if (slots.stream().noneMatch(Slot.TailCall.class::isInstance)) {
        leave(next);
      }
    }
    ways.forEach(this::way);
  }

  /** Goes to a label where a condition holds; whether control may go on behind it. */
  private boolean test(Condition condition, boolean is32, int a, Operand b, Label label) {
    if (condition == Condition.ALWAYS) {
      method.visitJumpInsn(Opcodes.GOTO, label);
      return false;
    }
    method.visitFieldInsn(
        Opcodes.GETSTATIC, ISA + "Condition", condition.name(), "L" + ISA + "Condition;");
    left(a);
    operand(b);
    invoke(ISA + "Condition", is32 ? "test32" : "test", "(JJ)Z");
    method.visitJumpInsn(Opcodes.IFNE, label);
    return true;
  }

  private void way(int slot, Label label) {
    method.visitLabel(label);
    List<Object> types = new ArrayList<>(List.of(className, late ? THREAD : STATE, REGISTERS));
    types.add(MEMORY);
    for (int i = FIRST_NUMBER; i < variables; i += 2) {
      types.add(Opcodes.LONG);
    }
    method.visitFrame(Opcodes.F_NEW, types.size(), types.toArray(), 0, new Object[0]);
    effects(slot);
    if (slots.get(slot) instanceof Slot.Branch branch) {
      leave(branch.target());
    } else {
      variable(Opcodes.ALOAD, STATE_VARIABLE);
      operand(((Slot.Exit) slots.get(slot)).verdict());
      method.visitFieldInsn(Opcodes.PUTFIELD, STATE, "verdict", "J");
      leave(RowCode.EXIT);
    }
  }

  private void leave(int row) {
    constant(row);
    method.visitInsn(Opcodes.IRETURN);
  }

  /** What slots in front of one do. */
  private void effects(int end) {
    for (int i = 0; i < end; i++) {
      if (slots.get(i) instanceof Slot.Call call) {
        call(i, call);
      } else if (slots.get(i) instanceof Slot.TailCall) {
        variable(Opcodes.ALOAD, STATE_VARIABLE);
        invoke(STATE, "keep", "()V");
      }
    }
    for (int i = 0; i < end; i++) {
      Slot slot = slots.get(i);
      if (isLeft(slot)) {
        access(i);
      } else if (slot instanceof Slot.Store store) {
        store(store);
      } else if (slot instanceof Slot.Atomic atomic) {
        atomic(i, atomic);
      }
    }
    for (int i = 0; i < end; i++) {
      Slot slot = slots.get(i);
      if (slot instanceof Slot.Alu alu) {
        set(alu.dst(), () -> arithmetic(alu));
      } else if (slot instanceof Slot.ReadFact read) {
        set(read.dst(), () -> variable(Opcodes.LLOAD, facts.get(read.fact())));
      } else if (loaded[i] != 0) {
        int from = loaded[i];
        set(((Slot.Load) slot).dst(), () -> variable(Opcodes.LLOAD, from));
      }
    }
    for (int i = 0; i < end; i++) {
      if (slots.get(i) instanceof Slot.TailCall) {
        variable(Opcodes.ALOAD, STATE_VARIABLE);
        slot(i);
        constant(next);
        invoke(STATE, "tailCall", "(" + SLOT + "I)V");
        leave(RowCode.TAIL_CALL);
      }
    }
  }

  private void call(int number, Slot.Call call) {
    if (isLeft(call)) {
      access(number);
      return;
    } else if (late) {
      variable(Opcodes.ALOAD, STATE_VARIABLE);
      element("calls", CALL, number);
      invoke(THREAD, "called", "(" + CALL + ")V");
      return;
    }
    set(
        call.dst(),
        () -> {
          variable(Opcodes.ALOAD, STATE_VARIABLE);
          element("calls", CALL, number);
          invoke(STATE, "call", "(" + CALL + ")J");
        });
  }

  /** Notes an access that others make. */
  private void access(int number) {
    variable(Opcodes.ALOAD, STATE_VARIABLE);
    element("accesses", ACCESS, number);
    Slot slot = slots.get(number);
    if (slot instanceof Slot.Load load) {
      address(load.map(), load.base(), load.offset());
      method.visitInsn(Opcodes.LCONST_0);
      method.visitInsn(Opcodes.LCONST_0);
    } else if (slot instanceof Slot.Store store) {
      address(store.map(), store.base(), store.offset());
      operand(store.value());
      method.visitInsn(Opcodes.LCONST_0);
    } else if (slot instanceof Slot.Call call) {
      address(0, call.arguments().get(0), -RingBuffer.HEADER_BYTES + RingBuffer.STATE_BYTE);
      method.visitInsn(Opcodes.LCONST_0);
      method.visitInsn(Opcodes.LCONST_0);
    } else {
      operands((Slot.Atomic) slot);
    }
    invoke(THREAD, "accessed", "(" + ACCESS + "JJJ)V");
  }

  private void atomic(int number, Slot.Atomic atomic) {
    Runnable operation =
        () -> {
          variable(Opcodes.ALOAD, STATE_VARIABLE);
          slot(number);
          operands(atomic);
          invoke(STATE, "atomic", "(" + SLOT + "JJJ)J");
        };
    if (atomic.fetch()) {
      set(atomic.dst(), operation);
    } else {
      operation.run();
      method.visitInsn(Opcodes.POP2);
    }
  }

  /** Address, operand, and what is compared with. */
  private void operands(Slot.Atomic atomic) {
    address(atomic.map(), atomic.base(), atomic.offset());
    boolean constant = atomic.value() >= Slot.FIRST_CONSTANT;
    operand(
        constant
            ? Operand.constant(atomic.value() - Slot.FIRST_CONSTANT)
            : Operand.register(atomic.value()));
    boolean compares = atomic.opcode() == org.weft.isa.row.Opcode.ATOMIC_CMPXCHG;
    operand(compares ? Operand.register(atomic.compare()) : Operand.constant(0));
  }

  private void load(Slot.Load load) {
    variable(Opcodes.ALOAD, MEMORY_VARIABLE);
    switch (load.region()) {
      case PACKET, STACK -> {
        address(0, load.base(), load.offset());
        constant(load.bytes());
        invoke(MEMORY, load.region() == Region.PACKET ? "loadPacket" : "loadStack", "(JI)J");
      }
      default -> {
        region(load.region());
        address(load.map(), load.base(), load.offset());
        constant(load.bytes());
        invoke(MEMORY, "load", "(L" + ISA + "Region;JI)J");
      }
    }
    constant(load.bytes());
    flag(load.signed());
    flag(load.swapped());
    invokeStatic(MEMORY, "extended", "(JIZZ)J");
  }

  private void store(Slot.Store store) {
    variable(Opcodes.ALOAD, MEMORY_VARIABLE);
    boolean plain = store.region() == Region.PACKET || store.region() == Region.STACK;
    if (!plain) {
      region(store.region());
    }
    address(plain ? 0 : store.map(), store.base(), store.offset());
    constant(store.bytes());
    operand(store.value());
    constant(store.bytes());
    flag(store.swapped());
    invokeStatic(MEMORY, "ordered", "(JIZ)J");
    String name = store.region() == Region.PACKET ? "storePacket" : "storeStack";
    if (plain) {
      invoke(MEMORY, name, "(JIJ)V");
    } else {
      invoke(MEMORY, "store", "(L" + ISA + "Region;JIJ)V");
    }
  }

  private void arithmetic(Slot.Alu alu) {
    if (alu.isBinary()) {
      left(alu.a());
    } else {
      method.visitInsn(Opcodes.LCONST_0);
    }
    operand(alu.b());
    String name = alu.opcode().mnemonic();
    boolean own = alu.is32() && Arithmetic.hasNarrowMethod(alu.opcode());
    invokeStatic(ISA + "Arithmetic", own ? name + "32" : name, "(JJ)J");
    if (alu.is32() && !own) {
      invokeStatic(ISA + "Arithmetic", "cut", "(J)J");
    }
    if (late && alu.opcode().unit() == Unit.DIVIDER) {
      variable(Opcodes.ALOAD, STATE_VARIABLE);
      invoke(THREAD, "divided", "()V");
    }
  }

  /** Gives a register the number that code leaves on the JVM's stack. */
  private void set(int register, Runnable value) {
    variable(Opcodes.ALOAD, REGISTERS_VARIABLE);
    constant(register);
    value.run();
    method.visitInsn(Opcodes.LASTORE);
  }

  private void address(int map, int base, int offset) {
    if (map != 0) {
      constant(map);
    }
    number(offset);
    if (base != Slot.NO_BASE) {
      variable(Opcodes.LLOAD, registers[base]);
      method.visitInsn(Opcodes.LADD);
    }
    if (map != 0) {
      invokeStatic(STATE, "inMap", "(IJ)J");
    }
  }

  private void left(int a) {
    variable(Opcodes.LLOAD, Slot.factOf(a) == null ? registers[a] : facts.get(Slot.factOf(a)));
  }

  private void operand(Operand operand) {
    if (operand.isRegister()) {
      variable(Opcodes.LLOAD, registers[operand.value()]);
    } else {
      number(operand.value());
    }
  }

  private void slot(int number) {
    element("slots", SLOT, number);
  }

  /** An element of one of the row's arrays. */
  private void element(String array, String type, int number) {
    variable(Opcodes.ALOAD, 0);
    method.visitFieldInsn(Opcodes.GETFIELD, ROWS + "RowCode", array, "[" + type);
    constant(number);
    method.visitInsn(Opcodes.AALOAD);
  }

  private void region(Region region) {
    method.visitFieldInsn(Opcodes.GETSTATIC, ISA + "Region", region.name(), "L" + ISA + "Region;");
  }

  private int keep() {
    int variable = variables;
    variables += 2;
    variable(Opcodes.LSTORE, variable);
    return variable;
  }
}
