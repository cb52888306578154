package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;
import org.weft.sim.packet.PacketBuffer;

/** One half of a core's memory: packets that come in, buffers, packets that go out. */
final class Half {
  /** Packets that may wait for their turn to leave or to be counted. */
  private static final int OUTGOING = 64;

  private static final long NEVER = -1;

  /** Clocks after which what the dispatcher gave is in the queue and can be taken. */
  private static final int INPUT_CLOCKS = 2;

  /** Clocks after which what has left a buffer is turned, in the queue and can be taken. */
  private static final int OUTPUT_CLOCKS = 4;

  private final int moved;
  private final int bus;

  /** Bytes of a word of the queues: a beat, or a line where that is longer. */
  private final int word;

  private final int queueBytes;
  private final int buffers;

  /** Dispatched, not wholly arrived in a buffer; the first is on its way. */
  private final Fifo<Packet> incoming;

  /** In buffers, in the order in which they came. */
  private final Fifo<Packet> ring;

  /** Left the buffers or are leaving. */
  private final Fifo<Packet> outgoing;

  // Or null: the first of those that come in; of those in buffers, the first that has had no
  // context, and the very first if its program has ended.
  private Packet arriving;

  private Packet startable;
  private Packet draining;

  /** Packets in buffers, and those of them that have had a context. */
  private int held;

  private int started;
  private boolean begun;

  /** By buffer: lines of headroom that are not zero. */
  private final int[] taken;

  /** The buffers of the next packet that comes, and of the first that goes. */
  private int next;

  private int oldest;
  private int incomingBytes;
  private int outgoingBytes;

  // What was freed in a clock: others have it in the next one.
  private long incomingFreedAt = NEVER;
  private int incomingFreed;
  private long outgoingFreedAt = NEVER;
  private int outgoingFreed;
  private long goneAt = NEVER;

  /** Bytes that have left buffers since the beginning, and the last clock in which some did. */
  private long drained;

  private long drainedLast;

  /** By clock before that, modulo a power of two: how many they were at its end. */
  private final long[] drainedAt = new long[2 * OUTPUT_CLOCKS];

  Half(MachineSpec machine) {
    moved = 8 * machine.bankBytes();
    bus = machine.busBytes();
    queueBytes = machine.coreQueueBytes();
    buffers = Math.max(1, machine.buffers() / 2);
    taken = new int[buffers];
    word = Math.max(bus, moved);
    incoming = new Fifo<>(queueBytes / word + 1);
    ring = new Fifo<>(buffers);
    outgoing = new Fifo<>(OUTGOING);
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
    incoming.add(packet);
    arriving = incoming.head();
  }

  /** Bytes of a packet on its way out that can be taken from the queue. */
  int ready(Packet packet, long now) {
    long then = now - OUTPUT_CLOCKS - 1;
    long total = then >= drainedLast ? drained : drainedAt[(int) then & drainedAt.length - 1];
    return (int) Math.max(0, Math.min(total - packet.drainBegun, packet.leaving));
  }

  /** Whether bytes may come in or go out. */
  boolean moves() {
    return draining != null || arriving != null && (begun || held != buffers);
  }

  /** A cycle in which the half is free: bytes come in. */
  void moveIn(long now) {
    Packet packet = arriving;
    if (packet == null || !begun && held == buffers) {
      return;
    }
    long beats = now - INPUT_CLOCKS - packet.dispatchBegun;
    int here = (int) Math.min(Math.max(0, beats) * bus, packet.bytes);
    if (here <= packet.arrived) {
      return;
    }
    if (!begun && taken[next] > 0) {
      taken[next]--;
      return;
    }
    if (!begun) {
      next = after(next);
      ring.add(packet);
      startable = started == held ? packet : startable;
      held++;
      begun = true;
    }
    packet.arrived = Math.min((packet.arrived & -moved) + moved, here);
    if (packet.arrived == packet.bytes) {
      incoming.remove();
      arriving = incoming.head();
      incomingFreedAt = now;
      incomingFreed = words(packet.bytes);
      incomingBytes -= incomingFreed;
      begun = false;
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
    started++;
    startable = started == held ? null : ring.get(started);
    return packet;
  }

  /** A packet's program has ended. */
  void ended(Packet packet) {
    if (ring.head() == packet) {
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
      ring.remove();
      held--;
      started--;
      draining = held > 0 && ring.head().done ? ring.head() : null;
    }
  }

  /** Begins to move a packet out; whether the queue has room for it. */
  private boolean drain(Packet packet, long now) {
    int needed = packet.leaves() ? words(packet.leaving) : 0;
    int used = outgoingBytes + (outgoingFreedAt == now ? outgoingFreed : 0);
    // What a program made longer than the queue leaves when nothing else is in it.
    boolean room = used == 0 || used + needed <= queueBytes;
    if (!room || outgoing.size() + (goneAt == now ? 1 : 0) == OUTGOING) {
      return false;
    }
    outgoingBytes += needed;
    outgoing.add(packet);
    packet.drainBegun = drained;
    packet.drains = true;
    return true;
  }

  /** Bytes have left buffers in this clock. */
  private void note(int bytes, long now) {
    for (long then = Math.max(drainedLast, now - drainedAt.length); then < now; then++) {
      drainedAt[(int) then & drainedAt.length - 1] = drained;
    }
    drained += bytes;
    drainedLast = now;
  }

  /** Whether a packet is the one that leaves the core next; one in a clock. */
  boolean isNext(Packet packet, long now) {
    return goneAt != now && outgoing.head() == packet;
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
    outgoing.remove();
    goneAt = now;
    if (packet.leaves()) {
      outgoingFreedAt = now;
      outgoingFreed = words(packet.leaving);
      outgoingBytes -= outgoingFreed;
    }
  }

  boolean isEmpty() {
    return arriving == null && held == 0 && outgoing.isEmpty();
  }
}
