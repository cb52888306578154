package org.weft.sim.rows;

import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.map.MapTable;
import org.weft.sim.packet.PacketBuffer;

/**
 * A thread of a core: registers, stack and packet, and rows executed one at a time.
 *
 * <p>What a row does to registers, stack and packet happens at once. What it does to map values and
 * tables is put off: {@link #access} and {@link #call} do it, and {@link #write} gives the result
 * to the register. Until then no other row may be executed.
 */
public final class RowThread {
  private static final long CONTEXT = 1;

  private final FlatRows code;
  private final RowMemory memory;
  private final HelperCalls helpers;
  private final RowCalls calls;
  private final RowExecutor executor;
  private final long[] registers;
  private final long[] before = new long[FlatRows.MACHINE_REGISTERS];

  private int access;
  private int call;
  private int tailCall;
  private boolean divides;
  private int lateRegister;
  private long lateValue;
  private int end;

  /** The code that threads of an image share. */
  public static final class Code {
    private final ProgramImage image;
    private final FlatRows rows;

    /** Prepares the rows of an image. */
    public Code(ProgramImage image) {
      this.image = image;
      rows = new FlatRows(image, true);
    }
  }

  /** A thread of a machine with these maps. */
  public RowThread(Code code, MapTable maps, long seed) {
    this.code = code.rows;
    memory = new RowMemory(maps, code.image.machine().stackBytes(), new byte[0]);
    helpers = new HelperCalls(maps, seed);
    calls = new RowCalls(maps, helpers, code.image);
    executor = new RowExecutor(code.rows, memory, calls);
    registers = executor.registers();
  }

  /** Begins with a packet. */
  public void start(PacketBuffer packet) {
    memory.packet = packet;
    helpers.begin();
    executor.start(CONTEXT, 0);
  }

  /**
   * Executes a row.
   *
   * @return the next row, or -1 when the packet leaves, or -2 when a tail call has to be decided
   */
  public int step(int row) {
    access = -1;
    call = -1;
    tailCall = -1;
    divides = false;
    lateRegister = -1;
    System.arraycopy(registers, 0, before, 0, before.length);
    return follow(code.start(row));
  }

  private int follow(int from) {
    int at = from;
    while (true) {
      at = executor.step(at);
      switch (code.op[at]) {
        case MicroOp.NEXT -> {
          return code.extra[at];
        }
        case MicroOp.EXIT -> {
          end = at;
          return -1;
        }
        case MicroOp.TAIL_CALL -> {
          tailCall = at;
          return -2;
        }
        case MicroOp.MAP_ACCESS -> access = at;
        case MicroOp.DIVIDE -> divide(at);
        case MicroOp.CALL -> called(at);
        default -> throw new IllegalStateException("operation " + code.op[at]);
      }
      at++;
    }
  }

  private void divide(int at) {
    Slot.Alu alu = (Slot.Alu) code.slot[at];
    Opcode opcode = alu.opcode();
    long a = registers[code.a[at]];
    long b = registers[code.b[at]];
    registers[code.dst[at]] =
        alu.is32() ? Arithmetic.narrow(opcode, a, b) : Arithmetic.wide(opcode, a, b);
    divides = true;
  }

  private void called(int at) {
    call = at;
    if (!isTable(helper())) {
      executor.call(at, before);
    }
  }

  /** Whether engines outside the core do it. */
  private static boolean isTable(HelperFunction helper) {
    return switch (helper) {
      case MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM, REDIRECT_MAP, PERF_EVENT_OUTPUT ->
          true;
      default -> false;
    };
  }

  /** What the packet left with. */
  public int verdict() {
    return (int) registers[code.b[end]];
  }

  /** The helper that the row calls, or null. */
  public HelperFunction helper() {
    return call < 0 ? null : ((Slot.Call) code.slot[call]).helper();
  }

  /** Whether the call has still to be made. */
  public boolean callsTable() {
    return call >= 0 && isTable(helper());
  }

  /** The access of a map value that the row makes, or null. */
  public Slot mapAccess() {
    return access < 0 ? null : code.slot[access];
  }

  /** Whether the row divided. */
  public boolean divides() {
    return divides;
  }

  /** Registers as they were before the row. */
  public long[] operands() {
    return before;
  }

  /** Where in the maps an access goes: map handle in the upper half, offset in the lower one. */
  public static long address(Slot slot, long[] operands) {
    if (slot instanceof Slot.Load load) {
      return address(load.map(), load.base(), load.offset(), operands);
    } else if (slot instanceof Slot.Store store) {
      return address(store.map(), store.base(), store.offset(), operands);
    }
    Slot.Atomic atomic = (Slot.Atomic) slot;
    return address(atomic.map(), atomic.base(), atomic.offset(), operands);
  }

  private static long address(int map, int base, int offset, long[] operands) {
    return RowExecutor.inMap(map, (base == Slot.NO_BASE ? 0 : operands[base]) + offset);
  }

  /** Does an access to a map value. */
  public void access(Slot slot, long[] operands) {
    long address = address(slot, operands);
    if (slot instanceof Slot.Load load) {
      lateRegister = load.dst();
      lateValue = memory.load(load.region(), address, load.bytes(), load.signed(), load.swapped());
    } else if (slot instanceof Slot.Store store) {
      Operand value = store.value();
      long number = value.isRegister() ? operands[value.value()] : value.value();
      memory.store(store.region(), address, store.bytes(), store.swapped(), number);
    } else {
      Slot.Atomic atomic = (Slot.Atomic) slot;
      long old = executor.atomic(atomic, operands);
      if (atomic.fetch()) {
        lateRegister = atomic.dst();
        lateValue = old;
      }
    }
  }

  /** Whether the call's result is there later than the row. */
  public boolean isLate() {
    return switch (helper()) {
      case CSUM_DIFF, XDP_LOAD_BYTES, XDP_STORE_BYTES, TRACE_PRINTK -> true;
      default -> callsTable();
    };
  }

  /** Bytes of packet and stack that the call reads or writes. */
  public int callBytes() {
    Slot.Call made = (Slot.Call) code.slot[call];
    return calls.bytes(made, before);
  }

  /** Hash of the key that the call gives to a table; 0 without key. */
  public int keyHash() {
    return call < 0 ? 0 : calls.keyHash((Slot.Call) code.slot[call], before, memory);
  }

  /** Bytes of the key that the call gives. */
  public int keyBytes() {
    return call < 0 ? 0 : calls.keyBytes((Slot.Call) code.slot[call], before);
  }

  /** Eight-byte words that the call writes to a table, and one for its slot; 0 if it only reads. */
  public int writtenWords() {
    return call < 0 ? 0 : calls.writtenWords((Slot.Call) code.slot[call], before);
  }

  /** Makes the call to a table. */
  public void call() {
    int dst = code.dst[call] % FlatRows.MACHINE_REGISTERS;
    long kept = registers[code.dst[call]];
    executor.call(call, before);
    lateRegister = dst;
    lateValue = registers[code.dst[call]];
    registers[code.dst[call]] = kept;
  }

  /** Decides a tail call: the row where control goes on. */
  public int tailCall() {
    int target = executor.tailCall(tailCall, before);
    return target >= 0 ? target : follow(tailCall + 1);
  }

  /** The register that waits for a result, or -1. */
  public int lateRegister() {
    return lateRegister;
  }

  /** Writes the result that was waited for. */
  public void write() {
    if (lateRegister >= 0) {
      registers[lateRegister] = lateValue;
    }
  }

  /** The packet that the thread works on. */
  public PacketBuffer packet() {
    return memory.packet;
  }

  /** A fault, with the row it happened in. */
  public static ProgramFault in(int row, ProgramFault fault) {
    return new ProgramFault("row " + row + ": " + fault.getMessage());
  }
}
