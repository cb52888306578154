package org.weft.sim.rows;

import java.util.Arrays;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Fact;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.sim.helper.HelperCalls;
import org.weft.sim.map.MapTable;
import org.weft.sim.network.Network;
import org.weft.sim.packet.PacketBuffer;

/** What rows work on: registers, stack and packet of one thread; and what {@link RowCode} calls. */
class RowState {
  /** Registers that rows name. */
  static final int REGISTER_COUNT = 32;

  private static final int MAX_TAIL_CALLS = 33;

  /** What stands for the context in a register: not null, and never dereferenced. */
  static final long CONTEXT = 1;

  final long[] registers = new long[REGISTER_COUNT];

  /** Registers as they were before a row with a call. */
  final long[] before = new long[REGISTER_COUNT];

  final RowMemory memory;
  final RowCalls calls;
  final HelperCalls helpers;

  /** What the packet left with. */
  long verdict;

  /** The tail call that is to be decided, and the row behind it. */
  Slot.TailCall tailCall;

  /** Whether the last tail call led to another program. */
  boolean hasRestarted;

  private int sequel;
  private int tailCalls;

  RowState(ProgramImage image, MapTable maps, long seed, Network network, byte... argument) {
    memory = new RowMemory(maps, image.machine().stackBytes(), argument);
    helpers = new HelperCalls(maps, seed, network);
    calls = new RowCalls(maps, helpers, image);
  }

  /** Makes everything ready for a packet. */
  final void start(PacketBuffer packet, long r1, long r2) {
    memory.packet = packet;
    memory.cpu = packet.cpu;
    helpers.begin();
    clear(r1);
    registers[2] = r2;
    tailCalls = 0;
  }

  private void clear(long r1) {
    Arrays.fill(registers, 0);
    registers[1] = r1;
    memory.clearStack();
  }

  /** Keeps the registers for calls that are made, or looked at, when the row has written some. */
  final void keep() {
    System.arraycopy(registers, 0, before, 0, REGISTER_COUNT);
  }

  final long fact(Fact fact) {
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

  /** Makes a call with registers as they are. */
  final long call(CallForm call) {
    return calls.call(call, registers, memory);
  }

  /** A tail call is to be decided with the registers that were kept. */
  final void tailCall(Slot call, int next) {
    tailCall = (Slot.TailCall) call;
    sequel = next;
  }

  /** The row where control goes on; where that is another program all is as at its start. */
  final int tailCall() {
    int target = calls.tailCall(tailCall, before);
    hasRestarted = target >= 0 && tailCalls < MAX_TAIL_CALLS;
    if (!hasRestarted) {
      return sequel;
    }
    tailCalls++;
    clear(CONTEXT);
    return target;
  }

  /** An address whose map the instruction says, if it does. */
  static long inMap(int map, long address) {
    return map == 0 ? address : (long) map << 32 | address & 0xffffffffL;
  }

  /** Does an atomic operation; the old value. */
  final long atomic(Slot slot, long to, long operand, long compare) {
    Slot.Atomic atomic = (Slot.Atomic) slot;
    int bytes = atomic.is32() ? 4 : 8;
    long address = atomic.region() == Region.MAP ? to & -bytes : to;
    long old = memory.load(atomic.region(), address, bytes);
    boolean writes = true;
    long result = operand;
    switch (atomic.opcode()) {
      case ATOMIC_ADD -> result = old + operand;
      case ATOMIC_OR -> result = old | operand;
      case ATOMIC_AND -> result = old & operand;
      case ATOMIC_XOR -> result = old ^ operand;
      case ATOMIC_CMPXCHG -> writes = old == (atomic.is32() ? compare & 0xffffffffL : compare);
      default -> {
        // Exchange: the operand is stored.
      }
    }
    if (writes) {
      memory.store(atomic.region(), address, bytes, result);
    }
    return old;
  }
}
