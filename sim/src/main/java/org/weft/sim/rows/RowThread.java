package org.weft.sim.rows;

import java.util.Arrays;
import java.util.List;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.row.Unit;
import org.weft.isa.xdp.HelperFunction;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.helper.EventSink;
import org.weft.sim.map.MapTable;
import org.weft.sim.map.RingBuffer;
import org.weft.sim.map.SoftMap;
import org.weft.sim.network.Network;
import org.weft.sim.packet.PacketBuffer;

/**
 * A thread of a core: registers, stack and packet, and rows executed one at a time.
 *
 * <p>What a row does to registers, stack and packet happens at once. What it does to map values and
 * tables is put off: {@link #access} and {@link #call} do it, and {@link #write} gives the result
 * to the register. Until then no other row may be executed.
 */
public final class RowThread extends RowState {
  /** In place of the next row: the packet leaves. */
  public static final int EXIT = RowCode.EXIT;

  /** In place of the next row: a tail call has to be decided. */
  public static final int TAIL_CALL = RowCode.TAIL_CALL;

  private Code code;
  private RowCode[] rows;

  // What the last row has left to others.
  private AccessForm access;
  private long address;
  private long operand;
  private long compare;
  private CallForm call;
  private final int[] clocks = new int[2];
  private boolean divides;

  /** Whether the row's call failed with the row: its result is not late. */
  private boolean isRefused;

  /** The code that threads of an image share. */
  public static final class Code {
    private final ProgramImage image;
    private final RowCode[] rows;

    /** By row: whether it gives back a spin lock. */
    private final boolean[] unlocks;

    /** By row: whether it has an access of a map value that nobody waits for. */
    private final boolean[] posts;

    /** By row: how often it is issued until all registers that it needs are read. */
    private final int[] issues;

    /** By row: whether nobody but the thread sees what it does. */
    private final boolean[] isPrivate;

    /** By row: its accesses of the packet. */
    private final Slot[][] inPacket;

    /** Prepares the rows of an image. */
    public Code(ProgramImage image) {
      this.image = image;
      rows = new RowCompiler(image, true).rows();
      unlocks = new boolean[image.rows().size()];
      posts = new boolean[image.rows().size()];
      issues = new int[image.rows().size()];
      isPrivate = new boolean[image.rows().size()];
      inPacket = new Slot[image.rows().size()][];
      for (int i = 0; i < inPacket.length; i++) {
        List<Slot> slots = image.rows().get(i).slots();
        unlocks[i] = slots.stream().anyMatch(RowCompiler::isUnlock);
        posts[i] =
            slots.stream().anyMatch(s -> AccessForm.isOne(s) && !new AccessForm(s).isAnswered());
        issues[i] = slots.stream().mapToInt(Slot::issues).max().orElse(1);
        isPrivate[i] = issues[i] == 1 && slots.stream().allMatch(Code::isPrivate);
        inPacket[i] = slots.stream().filter(Code::reachesPacket).toArray(Slot[]::new);
      }
    }

    /**
     * Whether a row, also if it would be killed, gives back a spin lock: then all that the thread
     * did before has to be done.
     */
    public boolean unlocks(int row) {
      return unlocks[row];
    }

    /** How often a row is issued: before the last time it only reads registers. */
    public int issues(int row) {
      return issues[row];
    }

    /** Whether a row, also if it would be killed, changes a map value and waits for no answer. */
    public boolean posts(int row) {
      return posts[row];
    }

    /**
     * Whether nobody but the thread sees what a row does: it reaches no map, calls nothing and does
     * not divide.
     */
    public boolean isPrivate(int row) {
      return isPrivate[row];
    }

    private static boolean isPrivate(Slot slot) {
      return !(slot instanceof Slot.Call)
          && !(slot instanceof Slot.TailCall)
          && slot.region() != Region.MAP
          && !(slot instanceof Slot.Alu alu && alu.opcode().unit() == Unit.DIVIDER);
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

  /** A thread of a machine with these maps and this network. */
  public RowThread(Code code, MapTable maps, long seed, Network network) {
    super(code.image, maps, seed, network);
    memory.lineBytes(8 * code.image.machine().bankBytes());
    use(code);
  }

  /** Random numbers follow from another seed, of packets that have not asked for one yet. */
  public void seed(int seed) {
    helpers.seed(seed);
  }

  /** Executes other rows from now on: those of an image with the same maps. */
  public void use(Code other) {
    code = other;
    rows = other.rows;
  }

  /** Begins with a packet. */
  public void start(PacketBuffer packet) {
    start(packet, CONTEXT, 0);
  }

  /**
   * Executes a row.
   *
   * @return the next row, {@link #EXIT} or {@link #TAIL_CALL}
   */
  public int step(int row) {
    access = null;
    call = null;
    divides = false;
    return rows[row].run(this);
  }

  /**
   * Whether a row, also with slots that would be killed, reaches bytes of the packet that have not
   * arrived.
   *
   * @param arrived where in the buffer the bytes end that have arrived
   * @param received where in the buffer those end that will arrive
   */
  public boolean waitsForPacket(int row, int arrived, int received) {
    for (Slot slot : code.inPacket[row]) {
      if (slot instanceof Slot.Call) {
        return true;
      }
      int from = memory.packetOffset(packetAddress(slot));
      int to = Math.min(from + AccessForm.bytes(slot), memory.packet.dataEnd);
      if (from < received && to > arrived && from >= memory.packet.dataMeta) {
        return true;
      }
    }
    return false;
  }

  /** The row makes an access of a map value. */
  void accessed(AccessForm form, long to, long value, long comparand) {
    access = form;
    address = form.isAtomic() ? to & -form.bytes() : to;
    operand = value;
    compare = comparand;
  }

  /** The row divides. */
  void divided() {
    divides = true;
  }

  /** The row makes a call; registers are still as they were before it. */
  void called(CallForm form) {
    call = form;
    isRefused = false;
    form.keep(registers, before);
    for (int i = 0; i < clocks.length; i++) {
      clocks[i] = calls.clocks(call, i, before, memory);
    }
    if (makesEvent()) {
      // Flags that allow no event are known at once.
      long error = calls.eventFlagsError(form, before, memory.packet);
      isRefused = error < 0;
      registers[call.dst()] = isRefused ? error : registers[call.dst()];
    }
    if (!isLeftToOthers()) {
      long result = call(form);
      registers[call.dst()] = result;
      if (result < 0) {
        // What fails is known to fail before anything is moved.
        Arrays.fill(clocks, 0);
        isRefused = form.copies();
      }
    }
  }

  private long packetAddress(Slot slot) {
    if (slot instanceof Slot.Load load) {
      return address(load.base(), load.offset());
    } else if (slot instanceof Slot.Store store) {
      return address(store.base(), store.offset());
    }
    Slot.Atomic atomic = (Slot.Atomic) slot;
    return address(atomic.base(), atomic.offset());
  }

  private long address(int base, int offset) {
    return (base == Slot.NO_BASE ? 0 : registers[base]) + offset;
  }

  /** Whether the row's call is still to be made when the row has been executed. */
  public boolean isLeftToOthers() {
    return call.isLeftToOthers();
  }

  /** Lines of core memory that the program has stored to in its stack. */
  public int stackLines() {
    return memory.storedLines();
  }

  /** What the packet left with. */
  public int verdict() {
    return (int) verdict;
  }

  /** The helper that the row calls, or null. */
  public HelperFunction helper() {
    return call == null ? null : call.helper();
  }

  /** Whether the call has still to be made. */
  public boolean callsTable() {
    return call != null && call.goesToTable();
  }

  /** The access of a map value that the row makes, or null. */
  public AccessForm mapAccess() {
    return access;
  }

  /** Whether the row divided. */
  public boolean divides() {
    return divides;
  }

  /** Where in the maps that goes: map handle in the upper half, offset in the lower one. */
  public long address() {
    return address;
  }

  /** What it stores, or combines with what is there. */
  public long operand() {
    return operand;
  }

  /** What it compares with what is there. */
  public long compare() {
    return compare;
  }

  /**
   * Does an access to a map value; what its register gets, if it has one.
   *
   * @param cpu logical CPU of the packet that made it: the thread may have another one by now
   */
  public long access(AccessForm form, long to, long value, long comparand, int cpu) {
    int now = memory.cpu;
    memory.cpu = cpu;
    long result = 0;
    if (form.isLoad()) {
      result = form.extended(memory.load(Region.MAP, to, form.bytes()));
    } else if (form.isStore()) {
      memory.store(Region.MAP, to, form.bytes(), form.ordered(value));
    } else if (form.isCommit()) {
      calls.commit(to - RingBuffer.STATE_BYTE + RingBuffer.HEADER_BYTES, form.discards());
    } else {
      result = atomic(form.slot(), to, value, comparand);
    }
    memory.cpu = now;
    return result;
  }

  /**
   * Does some of the bytes of a load or store to a map value, which lie in one word; what is
   * loaded, in its place.
   *
   * @param from the first of them, counted from the access's first
   */
  public long part(AccessForm form, long to, long value, int from, int bytes, int cpu) {
    int now = memory.cpu;
    memory.cpu = cpu;
    long result = 0;
    if (!memory.isInMap(to)) {
      result = 0;
    } else if (form.isStore()) {
      memory.store(Region.MAP, to + from, bytes, form.ordered(value) >>> 8 * from);
    } else {
      result = memory.load(Region.MAP, to + from, bytes) << 8 * from;
    }
    memory.cpu = now;
    return result;
  }

  /** Whether the row's call makes an event. */
  public boolean makesEvent() {
    return helper() == HelperFunction.PERF_EVENT_OUTPUT;
  }

  /** What the call answers for the entry of its event, or 0. */
  public long eventError() {
    return calls.eventEntryError(call, before, memory.packet);
  }

  /** Gives the event of the call to who takes it. */
  public void giveEvent(EventSink sink) {
    calls.giveEvent(call, before, memory, sink);
  }

  /** Whether the row's call is one that the unit of ring buffers makes. */
  public boolean asksRing() {
    return call != null && call.helper().asksRing();
  }

  /** What that answers with the ring's positions as they are. */
  public long ringAnswer() {
    return calls.ringAnswer(call, before);
  }

  /** Reserves the record that was the answer. */
  public void takeRecord() {
    calls.takeRecord(call, before);
  }

  /** The map of the ring. */
  public int ringIndex() {
    return calls.calledIndex(call, before);
  }

  /** Where in it the header of its next record will be. */
  public int nextHeader() {
    return calls.nextHeader(call, before);
  }

  /** Whether the row's call takes a spin lock. */
  public boolean takesLock() {
    return helper() == HelperFunction.SPIN_LOCK;
  }

  /** Whether the call that was left to others has to wait for a spin lock that is held. */
  public boolean waitsForLock() {
    return call != null && calls.waits(call, before, memory);
  }

  /** Whether the row has a call whose result is there later than the row. */
  public boolean callsLate() {
    return call != null
        && !isRefused
        && (call.isLate() || clocks[0] > 0 && call.helper().movesPacketBounds());
  }

  /**
   * Clocks in which the call reads or writes packet and stack for its first or second memory
   * argument; {@link RowCalls#IN_REGISTER} for one in a register.
   */
  public int callClocks(int argument) {
    return clocks[argument];
  }

  /** Whether the row's call or tail call goes to a table whose keys are numbers of entries. */
  public boolean isIndexed() {
    return call == null || calls.isIndexed(call, before);
  }

  /**
   * Where the entry lies that such a call names, or the lock: map handle in the upper half, offset
   * below.
   */
  public long entry() {
    if (takesLock()) {
      return call.argument(before, 0);
    }
    return call == null ? calls.entry(tailCall, before) : calls.entry(call, before, memory);
  }

  /** Words of map values that the call reads or writes. */
  public int callWords() {
    return calls.mapWords(call, before);
  }

  /** Eight-byte words that the call writes to a table, and one for its slot; 0 if it only reads. */
  public int writtenWords() {
    return call == null ? 0 : calls.writtenWords(call, before);
  }

  /** The map that the call works on. */
  public SoftMap calledMap() {
    return calls.calledMap(call, before);
  }

  /** Its number. */
  public int calledIndex() {
    return calls.calledIndex(call, before);
  }

  /** Copies the key that the call gives. */
  public void copyKey(byte[] target) {
    calls.copyKey(call, before, memory, target);
  }

  /** The flags of an update; 0 for other calls. */
  public long updateFlags() {
    return calls.flags(call, before);
  }

  /** The register that the call's result goes to. */
  public int callRegister() {
    return call.dst();
  }

  /** A word of the value that an update gives, the last one filled up with zeros. */
  public long updateWord(int word) {
    return calls.updateWord(call, before, memory, word);
  }

  /** Makes an update whose value is in its place already; its result. */
  public long commitUpdate() {
    return calls.commitUpdate(call, before, memory);
  }

  /** Makes the call that was left to others; its result, which no register has yet. */
  public long call() {
    return calls.call(call, before, memory);
  }

  /** Decides a tail call: the row where control goes on. */
  public int decideTailCall() {
    return tailCall();
  }

  /** Whether the tail call that was decided last led to another program. */
  public boolean hasRestarted() {
    return hasRestarted;
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
