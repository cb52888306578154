package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;
import org.weft.sim.packet.PacketBuffer;

/** One half of a core's memory: packets that come in, buffers, packets that go out. */
final class Half {
  /** Packets that may wait for their turn to leave or to be counted. */
  private static final int OUTGOING = 64;

  private static final long NEVER = Long.MAX_VALUE;

  /** Clocks after which what the dispatcher gave is in the queue and can be taken. */
  private static final int INPUT_CLOCKS = 2;

  /** Clocks after which what has left a buffer is turned, in the queue and can be taken. */
  private static final int OUTPUT_CLOCKS = 4;

  private final int number;
  private final int moved;
  private final int bus;
  private final int busShift;

  /** Bytes of a word of the queues: a beat, or a line where that is longer. */
  private final int word;

  private final int queueBytes;
  private final int buffers;

  // Packets are a chain in the order in which they came. Or null: the first that is in the core,
  // that is in a buffer, and the one there if its program has ended; the first in a buffer that has
  // had no context; the first that has not wholly arrived; the last.
  private Packet first;

  private Packet inBuffer;
  private Packet draining;
  private Packet startable;
  private Packet arriving;
  private Packet last;

  /** Packets in buffers, and on their way out or waiting for it. */
  private int held;

  private int outgoing;

  /** Whether the one that arrives has a buffer; the clock from which on more of it can be moved. */
  private boolean begun;

  private long movesFrom = NEVER;

  /** By buffer: lines of headroom that are not zero. */
  private final int[] taken;

  /** The buffers of the next packet that comes, and of the first that goes. */
  private int next;

  private int oldest;
  private int incomingBytes;
  private int outgoingBytes;

  // What was freed in a clock: others have it in the next one.
  private long incomingFreedAt = -1;
  private int incomingFreed;
  private long outgoingFreedAt = -1;
  private int outgoingFreed;
  private long goneAt = -1;

  /** Bytes that have left buffers since the beginning, and the last clock in which some did. */
  private long outBytes;

  private long outLast;

  /** By clock before that, modulo a power of two: how many they were at its end. */
  private final long[] outAt = new long[2 * OUTPUT_CLOCKS];

  Half(MachineSpec machine, int number) {
    this.number = number;
    moved = 8 * machine.bankBytes();
    bus = machine.busBytes();
    queueBytes = machine.coreQueueBytes();
    buffers = Math.max(1, machine.buffers() / 2);
    taken = new int[buffers];
    word = Math.max(bus, moved);
    busShift = Integer.numberOfTrailingZeros(bus);
  }

  /** Its number, counted over all cores. */
  int number() {
    return number;
  }

  private int words(int bytes) {
    return (bytes + word - 1) & -word;
  }

  boolean hasRoomFor(int bytes, long now) {
    int freed = incomingFreedAt == now ? incomingFreed : 0;
    return incomingBytes + freed + words(bytes) <= queueBytes;
  }

  /** The dispatcher begins with a packet. */
  void begin(Packet packet, long now) {
    incomingBytes += words(packet.bytes);
    packet.dispatchBegun = now;
    packet.half = this;
    packet.follower = null;
    if (first == null) {
      first = packet;
    } else {
      last.follower = packet;
    }
    last = packet;
    if (arriving == null) {
      arriving = packet;
      await(packet);
    }
  }

  /** Finds when more of the packet that arrives can be moved: when it is here, and has a buffer. */
  private void await(Packet packet) {
    long here = packet.dispatchBegun + INPUT_CLOCKS + 1 + (packet.arrived >> busShift);
    movesFrom = begun || held < buffers ? here : NEVER;
  }

  /** Bytes of a packet on its way out that can be taken from the queue. */
  int ready(Packet packet, long now) {
    long then = now - OUTPUT_CLOCKS - 1;
    long total = then >= outLast ? outBytes : outAt[(int) then & outAt.length - 1];
    return (int) Math.max(0, Math.min(total - packet.drainBegun, packet.leaving));
  }

  /** Whether bytes may come in or go out. */
  boolean moves(long now) {
    return movesFrom <= now || draining != null;
  }

  /** A cycle in which the half is free: bytes come in. */
  void moveIn(long now) {
    if (movesFrom > now) {
      return;
    }
    Packet packet = arriving;
    long beats = now - INPUT_CLOCKS - packet.dispatchBegun;
    int here = (int) Math.min(beats << busShift, packet.bytes);
    if (!begun && taken[next] > 0) {
      taken[next]--;
      return;
    }
    if (!begun) {
      next = after(next);
      inBuffer = held == 0 ? packet : inBuffer;
      startable = startable == null ? packet : startable;
      held++;
      begun = true;
    }
    packet.arrived = Math.min((packet.arrived & -moved) + moved, here);
    if (packet.arrived == packet.bytes) {
      begun = false;
      arriving = packet.follower;
      incomingFreedAt = now;
      incomingFreed = words(packet.bytes);
      incomingBytes -= incomingFreed;
    }
    if (arriving == null) {
      movesFrom = NEVER;
    } else {
      await(arriving);
    }
  }

  private int after(int buffer) {
    return buffer + 1 == buffers ? 0 : buffer + 1;
  }

  /** Whether there is a packet that has no context yet and whose first bytes are here. */
  boolean hasStartable() {
    return startable != null;
  }

  /** The oldest such packet gets a context. */
  Packet start() {
    Packet packet = startable;
    Packet next = packet == arriving ? null : packet.follower;
    startable = next == arriving && !begun ? null : next;
    return packet;
  }

  /** A packet's program has ended. */
  void ended(Packet packet) {
    if (inBuffer == packet) {
      draining = packet;
    }
  }

  /** A cycle in which the half is free: bytes go out. */
  void moveOut(long now) {
    Packet packet = draining;
    if (packet == null || packet.arrived < packet.bytes || !packet.drains && !drain(packet, now)) {
      return;
    }
    int from = packet.leavesFrom();
    int lineEnd = (from + packet.drained & -moved) + moved;
    int drainedNow = Math.min(lineEnd - from, packet.leaving);
    note(drainedNow - packet.drained, now);
    packet.drained = drainedNow;
    if (packet.drained == packet.leaving || !packet.leaves()) {
      taken[oldest] = (PacketBuffer.HEADROOM_BYTES - packet.data.front + moved - 1) / moved;
      oldest = after(oldest);
      held--;
      inBuffer = held == 0 ? null : packet.follower;
      draining = inBuffer != null && inBuffer.done ? inBuffer : null;
      if (arriving != null) {
        await(arriving);
      }
    }
  }

  /** Begins to move a packet out; whether the queue has room for it. */
  private boolean drain(Packet packet, long now) {
    int needed = packet.leaves() ? words(packet.leaving) : 0;
    int used = outgoingBytes + (outgoingFreedAt == now ? outgoingFreed : 0);
    // What a program made longer than the queue leaves when nothing else is in it.
    boolean room = used == 0 || used + needed <= queueBytes;
    if (!room || outgoing + (goneAt == now ? 1 : 0) == OUTGOING) {
      return false;
    }
    outgoing++;
    outgoingBytes += needed;
    packet.drainBegun = outBytes;
    packet.drains = true;
    return true;
  }

  /** Bytes have left buffers in this clock. */
  private void note(int bytes, long now) {
    for (long then = Math.max(outLast, now - outAt.length); then < now; then++) {
      outAt[(int) then & outAt.length - 1] = outBytes;
    }
    outBytes += bytes;
    outLast = now;
  }

  /** Whether a packet is the one that leaves the core next; one in a clock. */
  boolean isNext(Packet packet, long now) {
    return goneAt != now && first == packet;
  }

  /** Packets in buffers. */
  int held() {
    return held;
  }

  /** Bytes that wait for a buffer. */
  int incomingBytes() {
    return incomingBytes;
  }

  void left(Packet packet, long now) {
    outgoing--;
    first = packet.follower;
    goneAt = now;
    if (packet.leaves()) {
      outgoingFreedAt = now;
      outgoingFreed = words(packet.leaving);
      outgoingBytes -= outgoingFreed;
    }
  }

  boolean isEmpty() {
    return first == null;
  }
}
