package org.weft.sim.rows;

import java.util.Arrays;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Condition;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Slot;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.packet.PacketBuffer;

/** Executes flat rows. */
final class RowExecutor {
  private static final int MAX_JUMPS_BACK = 1 << 22;
  private static final int MAX_TAIL_CALLS = 33;
  private static final Condition[] CONDITIONS = Condition.values();
  private static final Opcode[] OPCODES = new Opcode[MicroOp.NARROW];
  private static final Fact[] FACTS = Fact.values();

  static {
    for (Opcode opcode : Opcode.values()) {
      if (opcode.number() < MicroOp.NARROW) {
        OPCODES[opcode.number()] = opcode;
      }
    }
  }

  private final FlatRows code;
  private final RowMemory memory;
  private final RowCalls calls;
  private final long[] registers;
  private int jumpsLeft;
  private int tailCalls;
  private int firstRow;
  private int at;
  private long rows;

  /** How much more often a row was executed than the one before it; null when nobody asks. */
  private long[] begun;

  RowExecutor(FlatRows code, RowMemory memory, RowCalls calls) {
    this.code = code;
    this.memory = memory;
    this.calls = calls;
    registers = code.registers.clone();
  }

  /** Rows executed by the last run. */
  long rows() {
    return rows;
  }

  /** From now on counts how often each row is executed; at once for all of a stretch of rows. */
  void count(int imageRows) {
    begun = new long[imageRows + 1];
  }

  /** How often each row was executed since counting began. */
  long[] counts() {
    long[] counts = new long[begun.length - 1];
    long now = 0;
    for (int i = 0; i < counts.length; i++) {
      now += begun[i];
      counts[i] = now;
    }
    return counts;
  }

  /** The rows from the first on up to this one were executed. */
  private void leave(int row) {
    rows += row - firstRow + 1;
    if (begun != null) {
      begun[firstRow]++;
      begun[row + 1]--;
    }
  }

  /** The row that the last run ended in, also when it failed. */
  int row() {
    return code.row[at];
  }

  /** Makes everything ready for a packet. */
  void start(long r1, long r2) {
    clear();
    readFacts();
    registers[1] = r1;
    registers[2] = r2;
    jumpsLeft = MAX_JUMPS_BACK;
    tailCalls = 0;
    rows = 0;
  }

  private void clear() {
    Arrays.fill(registers, 0, FlatRows.MACHINE_REGISTERS, 0);
    memory.clearStack();
  }

  /**
   * Executes stepped code up to the end of a row, or to what others have to do.
   *
   * @param from index of the first operation
   * @return index of the operation that it ended at: NEXT, EXIT, MAP_ACCESS, DIVIDE, CALL or
   *     TAIL_CALL
   */
  int step(int from) {
    jumpsLeft = MAX_JUMPS_BACK;
    int end = execute(from);
    while (code.op[end] == MicroOp.ATOMIC) {
      at = end;
      other(MicroOp.ATOMIC);
      end = execute(at);
    }
    at = end;
    return end;
  }

  /** Executes the call at an operation, with arguments from other registers. */
  void call(int operation, long[] arguments) {
    Slot.Call call = (Slot.Call) code.slot[operation];
    registers[code.dst[operation]] = calls.call(call, arguments, memory);
    if (call.helper().movesPacketBounds()) {
      readFacts();
    }
  }

  /** The row that a tail call goes to, or -1; then everything is as at a program's start. */
  int tailCall(int operation, long[] arguments) {
    int target = calls.tailCall((Slot.TailCall) code.slot[operation], arguments);
    if (target < 0 || tailCalls == MAX_TAIL_CALLS) {
      return -1;
    }
    tailCalls++;
    clear();
    registers[1] = 1;
    return target;
  }

  long[] registers() {
    return registers;
  }

  long run(int row, long r1, long r2) {
    start(r1, r2);
    firstRow = row;
    at = code.start(row);
    while (true) {
      at = execute(at);
      int op = code.op[at];
      if (op == MicroOp.EXIT) {
        leave(code.row[at]);
        return registers[code.b[at]];
      }
      other(op);
    }
  }

  private void other(int op) {
    Slot slot = code.slot[at];
    switch (op) {
      case MicroOp.ATOMIC -> atomic((Slot.Atomic) slot);
      case MicroOp.CALL -> call(at, registers);
      case MicroOp.TAIL_CALL -> {
        int row = code.row[at];
        int target = tailCall(at, registers);
        if (target >= 0) {
          leave(row);
          firstRow = target;
          at = code.start(target);
          return;
        }
      }
      default -> throw new IllegalStateException("operation " + op);
    }
    at++;
  }

  private void readFacts() {
    for (Fact fact : FACTS) {
      registers[FlatRows.FIRST_FACT + fact.ordinal()] = fact(fact);
    }
  }

  private long fact(Fact fact) {
    PacketBuffer packet = memory.packet;
    return switch (fact) {
      case LENGTH -> packet.length();
      case METADATA -> packet.data - packet.dataMeta;
      case INGRESS_IFINDEX -> packet.ingressIfindex & 0xffffffffL;
      case RX_QUEUE_INDEX -> packet.rxQueueIndex & 0xffffffffL;
      case EGRESS_IFINDEX -> packet.egressIfindex & 0xffffffffL;
      case CPU -> packet.cpu;
      case TIME -> packet.timestampNs;
    };
  }

  /** Address of a memory access, without its map. */
  static long address(Slot slot, long[] operands) {
    if (slot instanceof Slot.Load load) {
      return address(load.base(), load.offset(), operands);
    } else if (slot instanceof Slot.Store store) {
      return address(store.base(), store.offset(), operands);
    }
    Slot.Atomic atomic = (Slot.Atomic) slot;
    return address(atomic.base(), atomic.offset(), operands);
  }

  private static long address(int base, int offset, long[] operands) {
    return (base == Slot.NO_BASE ? 0 : operands[base]) + offset;
  }

  /** Bytes of a memory access. */
  static int bytes(Slot slot) {
    if (slot instanceof Slot.Load load) {
      return load.bytes();
    } else if (slot instanceof Slot.Store store) {
      return store.bytes();
    }
    return ((Slot.Atomic) slot).is32() ? 4 : 8;
  }

  /** An address whose map the instruction says, if it does. */
  static long inMap(int map, long address) {
    return map == 0 ? address : (long) map << 32 | address & 0xffffffffL;
  }

  private void atomic(Slot.Atomic atomic) {
    long old = atomic(atomic, registers);
    if (atomic.fetch()) {
      registers[code.dst[at]] = old;
    }
  }

  /** Does an atomic operation with operands from other registers; the old value. */
  long atomic(Slot.Atomic atomic, long[] operands) {
    int bytes = bytes(atomic);
    long address = inMap(atomic.map(), address(atomic, operands));
    long old = memory.load(atomic.region(), address, bytes, false, false);
    boolean constant = atomic.value() >= Slot.FIRST_CONSTANT;
    long operand = constant ? atomic.value() - Slot.FIRST_CONSTANT : operands[atomic.value()];
    Opcode opcode = atomic.opcode();
    boolean writes = true;
    long result = operand;
    switch (opcode) {
      case ATOMIC_ADD -> result = old + operand;
      case ATOMIC_OR -> result = old | operand;
      case ATOMIC_AND -> result = old & operand;
      case ATOMIC_XOR -> result = old ^ operand;
      case ATOMIC_CMPXCHG -> {
        long expected = operands[atomic.compare()];
        writes = old == (atomic.is32() ? expected & 0xffffffffL : expected);
      }
      default -> {
        // Exchange: the operand is stored.
      }
    }
    if (writes) {
      memory.store(atomic.region(), address, bytes, false, result);
    }
    return old;
  }

  /** Runs up to the next operation that is not arithmetic, memory or a jump; its index. */
  private int execute(int start) {
    final long[] r = registers;
    final int[] ops = code.op;
    final int[] dsts = code.dst;
    final int[] as = code.a;
    final int[] bs = code.b;
    int i = start;
    while (true) {
      int op = ops[i];
      if (op < MicroOp.NARROW) {
        r[dsts[i]] = Arithmetic.wide(OPCODES[op], r[as[i]], r[bs[i]]);
        i++;
      } else if (op < MicroOp.JUMP) {
        r[dsts[i]] = Arithmetic.narrow(OPCODES[op - MicroOp.NARROW], r[as[i]], r[bs[i]]);
        i++;
      } else if (op < MicroOp.LOAD_PACKET) {
        i = taken(op, r[as[i]], r[bs[i]]) ? jump(i) : i + 1;
      } else if (op < MicroOp.RARE) {
        access(op, i, r);
        i++;
      } else {
        return i;
      }
    }
  }

  private int jump(int from) {
    int row = code.row[from];
    int target = code.extra[from];
    int targetRow = code.row[target];
    if (target <= from) {
      at = from;
      countJump();
    }
    // A stub belongs to the row that it leaves.
    if (targetRow != row || target <= from) {
      leave(row);
      firstRow = targetRow;
    }
    return target;
  }

  private void access(int op, int i, long[] r) {
    long address = r[code.a[i]] + code.extra[i];
    if (op < MicroOp.LOAD) {
      boolean load = op < MicroOp.STORE_PACKET;
      int form = op - (load ? MicroOp.LOAD_PACKET : MicroOp.STORE_PACKET);
      int bytes = 1 << (form & 3);
      boolean inPacket = form < 4;
      int offset = inPacket ? memory.packetOffset(address) : (short) address;
      if (inPacket ? memory.isInPacket(offset, bytes) : memory.isInStack(offset, bytes)) {
        byte[] array = inPacket ? memory.packet.bytes : memory.stack;
        if (load) {
          r[code.dst[i]] = RowMemory.read(array, offset, form & 3);
        } else {
          if (!inPacket) {
            memory.store(offset, bytes);
          }
          RowMemory.write(array, offset, form & 3, r[code.b[i]]);
        }
        return;
      }
    }
    if (code.slot[i] instanceof Slot.Load load) {
      long place = inMap(load.map(), address);
      r[code.dst[i]] =
          memory.load(load.region(), place, load.bytes(), load.signed(), load.swapped());
    } else if (code.slot[i] instanceof Slot.Store store) {
      long place = inMap(store.map(), address);
      memory.store(store.region(), place, store.bytes(), store.swapped(), r[code.b[i]]);
    }
  }

  private void countJump() {
    if (--jumpsLeft < 0) {
      throw new ProgramFault(
          "loops without end (" + MAX_JUMPS_BACK + " jumps back); bound the loop");
    }
  }

  private static boolean taken(int op, long a, long b) {
    int form = op - MicroOp.JUMP;
    return form < MicroOp.NARROW_JUMP
        ? CONDITIONS[form].test(a, b)
        : CONDITIONS[form - MicroOp.NARROW_JUMP].test32(a, b);
  }
}
