package org.weft.sim.rows;

import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Arithmetic;
import org.weft.isa.row.Opcode;
import org.weft.isa.row.Operand;
import org.weft.isa.row.Region;
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
  /** Registers that rows name. */
  public static final int REGISTERS = FlatRows.MACHINE_REGISTERS;

  private static final long CONTEXT = 1;

  private final Code shared;
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
  private int bytes;
  private boolean divides;
  private int end;

  /** The code that threads of an image share. */
  public static final class Code {
    private final ProgramImage image;
    private final FlatRows rows;

    /** By row: whether others have to finish it, so that its operands must be kept. */
    private final boolean[] leavesWork;

    /** By row: its accesses of the packet. */
    private final Slot[][] inPacket;

    /** Prepares the rows of an image. */
    public Code(ProgramImage image) {
      this.image = image;
      rows = new FlatRows(image, true);
      int count = image.rows().size();
      leavesWork = new boolean[count];
      inPacket = new Slot[count][];
      for (int i = 0; i < count; i++) {
        List<Slot> slots = image.rows().get(i).slots();
        leavesWork[i] = slots.stream().anyMatch(Code::leavesWork);
        inPacket[i] = slots.stream().filter(Code::reachesPacket).toArray(Slot[]::new);
      }
    }

    private static boolean leavesWork(Slot slot) {
      return slot instanceof Slot.Call
          || slot instanceof Slot.TailCall
          || FlatRows.isMapAccess(slot);
    }

    private static boolean reachesPacket(Slot slot) {
      if (slot instanceof Slot.Call call) {
        return call.regions().contains(Region.PACKET)
            || switch (call.helper()) {
              case XDP_LOAD_BYTES, XDP_STORE_BYTES, XDP_ADJUST_TAIL, PERF_EVENT_OUTPUT -> true;
              default -> false;
            };
      }
      return slot instanceof Slot.Load load && load.region() == Region.PACKET
          || slot instanceof Slot.Store store && store.region() == Region.PACKET
          || slot instanceof Slot.Atomic atomic && atomic.region() == Region.PACKET;
    }
  }

  /** A thread of a machine with these maps. */
  public RowThread(Code code, MapTable maps, long seed) {
    shared = code;
    this.code = code.rows;
    memory = new RowMemory(maps, code.image.machine().stackBytes(), new byte[0]);
    memory.lineBytes(8 * code.image.machine().bankBytes());
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
    if (shared.leavesWork[row]) {
      System.arraycopy(registers, 0, before, 0, before.length);
    }
    return follow(code.start(row));
  }

  /**
   * Whether a row, also with slots that would be killed, reaches bytes of the packet that have not
   * arrived.
   *
   * @param arrived where in the buffer the bytes end that have arrived
   * @param received where in the buffer those end that will arrive
   */
  public boolean waitsForPacket(int row, int arrived, int received) {
    for (Slot slot : shared.inPacket[row]) {
      if (slot instanceof Slot.Call) {
        return true;
      }
      long address = RowExecutor.address(slot, registers);
      int from = memory.packetOffset(address);
      int to = Math.min(from + RowExecutor.bytes(slot), memory.packet.dataEnd);
      if (from < received && to > arrived && from >= memory.packet.dataMeta) {
        return true;
      }
    }
    return false;
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
    bytes = calls.bytes((Slot.Call) code.slot[at], before, memory.packet);
    if (!isLeftToOthers()) {
      executor.call(at, before);
      // What fails is known to fail before anything is moved.
      bytes = registers[code.dst[at]] < 0 ? 0 : bytes;
    }
  }

  /** Whether the row's call is still to be made when the row has been executed. */
  public boolean isLeftToOthers() {
    return isTable(helper()) || ((Slot.Call) code.slot[call]).regions().contains(Region.MAP);
  }

  /** Whether engines outside the core do it. */
  private static boolean isTable(HelperFunction helper) {
    return switch (helper) {
      case MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM, REDIRECT_MAP -> true;
      default -> false;
    };
  }

  /** Lines of core memory that the program has stored to in its stack. */
  public int stackLines() {
    return memory.storedLines();
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
  public static long mapAddress(Slot slot, long[] operands) {
    return RowExecutor.inMap(map(slot), RowExecutor.address(slot, operands));
  }

  private static int map(Slot slot) {
    if (slot instanceof Slot.Load load) {
      return load.map();
    } else if (slot instanceof Slot.Store store) {
      return store.map();
    }
    return ((Slot.Atomic) slot).map();
  }

  /** Bytes that an access takes. */
  public static int bytes(Slot slot) {
    return RowExecutor.bytes(slot);
  }

  /** The register that an access writes, or -1. */
  public static int register(Slot slot) {
    return slot.writes() == 0 ? -1 : Long.numberOfTrailingZeros(slot.writes());
  }

  /** Whether a slot's result may be there later than those of the others in its row. */
  public static boolean isLate(Slot slot) {
    return Code.leavesWork(slot);
  }

  /** Does an access to a map value; what its register gets, if it has one. */
  public long access(Slot slot, long[] operands) {
    long address = mapAddress(slot, operands);
    if (slot instanceof Slot.Load load) {
      return memory.load(load.region(), address, load.bytes(), load.signed(), load.swapped());
    } else if (slot instanceof Slot.Store store) {
      Operand value = store.value();
      long number = value.isRegister() ? operands[value.value()] : value.value();
      memory.store(store.region(), address, store.bytes(), store.swapped(), number);
      return 0;
    }
    return executor.atomic((Slot.Atomic) slot, operands);
  }

  /** Whether the call's result is there later than the row. */
  public boolean isLate() {
    return switch (helper()) {
      case CSUM_DIFF, XDP_LOAD_BYTES, XDP_STORE_BYTES, TRACE_PRINTK, PERF_EVENT_OUTPUT -> true;
      case XDP_ADJUST_HEAD, XDP_ADJUST_TAIL -> callBytes() > 0;
      default -> isLeftToOthers();
    };
  }

  /** Bytes of packet and stack that the call reads or writes. */
  public int callBytes() {
    return bytes;
  }

  /** Whether the row's call or tail call goes to a table whose keys are numbers of entries. */
  public boolean isIndexed() {
    return call < 0 || calls.isIndexed((Slot.Call) code.slot[call], before);
  }

  /** Where the entry lies that such a call names: map handle in the upper half, offset below. */
  public long entry() {
    return call < 0
        ? calls.entry((Slot.TailCall) code.slot[tailCall], before)
        : calls.entry((Slot.Call) code.slot[call], before, memory);
  }

  /** Words of map values that the call reads or writes. */
  public int callWords() {
    return calls.mapWords((Slot.Call) code.slot[call], before);
  }

  /** Bytes of the key that the call gives. */
  public int keyBytes() {
    return call < 0 ? 0 : calls.keyBytes((Slot.Call) code.slot[call], before);
  }

  /** Eight-byte words that the call writes to a table, and one for its slot; 0 if it only reads. */
  public int writtenWords() {
    return call < 0 ? 0 : calls.writtenWords((Slot.Call) code.slot[call], before);
  }

  /** The register that the call's result goes to. */
  public int callRegister() {
    return code.dst[call] % FlatRows.MACHINE_REGISTERS;
  }

  /** Makes the call that was left to others; its result, which no register has yet. */
  public long call() {
    long kept = registers[code.dst[call]];
    executor.call(call, before);
    long result = registers[code.dst[call]];
    registers[code.dst[call]] = kept;
    return result;
  }

  /** Decides a tail call: the row where control goes on. */
  public int tailCall() {
    int target = executor.tailCall(tailCall, before);
    return target >= 0 ? target : follow(tailCall + 1);
  }

  /** Gives a register its late result. */
  public void write(int register, long value) {
    registers[register] = value;
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
