package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;

/** One half of a core's memory: packets that come in, buffers, packets that go out. */
final class Half {
  /** Packets that may wait for their turn to leave or to be counted. */
  private static final int OUTGOING = 64;

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

  private int incomingBytes;
  private int outgoingBytes;
  private int started;
  private boolean begun;

  /** What was freed in this clock: others have it in the next one. */
  private int incomingFreed;

  private int outgoingFreed;
  private int gone;

  /**
   * Bytes that have left buffers since the beginning; by clock, modulo a power of two: at its end.
   */
  private long drained;

  private final long[] drainedAt = new long[2 * OUTPUT_CLOCKS];

  Half(MachineSpec machine) {
    moved = 8 * machine.bankBytes();
    bus = machine.busBytes();
    queueBytes = machine.coreQueueBytes();
    buffers = Math.max(1, machine.buffers() / 2);
    word = Math.max(bus, moved);
    incoming = new Fifo<>(queueBytes / word + 1);
    ring = new Fifo<>(buffers);
    outgoing = new Fifo<>(OUTGOING);
  }

  private int words(int bytes) {
    return (bytes + word - 1) & -word;
  }

  boolean hasRoomFor(int bytes) {
    return incomingBytes + words(bytes) <= queueBytes;
  }

  /** The dispatcher begins with a packet. */
  void begin(Packet packet, long now) {
    incomingBytes += words(packet.bytes);
    packet.dispatchBegun = now;
    incoming.add(packet);
  }

  /** The clock ends: what was freed in it is free. */
  void commit(long now) {
    incomingBytes -= incomingFreed;
    incomingFreed = 0;
    outgoingBytes -= outgoingFreed;
    outgoingFreed = 0;
    gone = 0;
    drainedAt[(int) now & drainedAt.length - 1] = drained;
  }

  /** Bytes of a packet on its way out that can be taken from the queue. */
  int ready(Packet packet, long now) {
    int then = (int) (now - OUTPUT_CLOCKS - 1) & drainedAt.length - 1;
    long bytes = drainedAt[then] - packet.drainBegun;
    return (int) Math.max(0, Math.min(bytes, packet.leaving));
  }

  /** A cycle in which the half is free: bytes come in. */
  void moveIn(long now) {
    if (incoming.isEmpty() || !begun && ring.size() == buffers) {
      return;
    }
    Packet packet = incoming.head();
    long beats = now - INPUT_CLOCKS - packet.dispatchBegun;
    int here = (int) Math.min(Math.max(0, beats) * bus, packet.bytes);
    if (here <= packet.arrived) {
      return;
    }
    if (!begun) {
      ring.add(packet);
      begun = true;
    }
    packet.arrived = Math.min((packet.arrived & -moved) + moved, here);
    if (packet.arrived == packet.bytes) {
      incoming.remove();
      incomingFreed += words(packet.bytes);
      begun = false;
    }
  }

  /** The oldest packet that has no context yet and whose first bytes are here, or null. */
  Packet startable() {
    if (started == ring.size() || ring.get(started).arrived == 0) {
      return null;
    }
    return ring.get(started);
  }

  void start() {
    started++;
  }

  /** A cycle in which the half is free: bytes go out; whether the port was used. */
  void moveOut() {
    if (ring.isEmpty()) {
      return;
    }
    Packet packet = ring.head();
    if (!packet.done || packet.arrived < packet.bytes) {
      return;
    }
    if (packet.drained == 0) {
      int needed = packet.leaves() ? words(packet.leaving) : 0;
      // What a program made longer than the queue leaves when nothing else is in it.
      boolean room = outgoingBytes == 0 || outgoingBytes + needed <= queueBytes;
      if (!room || outgoing.size() + gone == OUTGOING) {
        return;
      }
      outgoingBytes += needed;
      outgoing.add(packet);
      packet.drainBegun = drained;
    }
    int from = packet.leavesFrom();
    int lineEnd = (from + packet.drained & -moved) + moved;
    int drainedNow = Math.min(lineEnd - from, packet.leaving);
    drained += drainedNow - packet.drained;
    packet.drained = drainedNow;
    if (packet.drained == packet.leaving || !packet.leaves()) {
      ring.remove();
      started--;
    }
  }

  /** The packet that leaves the core next, or null; one in a clock. */
  Packet leaving() {
    return outgoing.isEmpty() || gone > 0 ? null : outgoing.head();
  }

  /** Packets in buffers. */
  int held() {
    return ring.size();
  }

  /** Bytes that wait for a buffer. */
  int incomingBytes() {
    return incomingBytes;
  }

  void left(Packet packet) {
    outgoing.remove();
    gone++;
    if (packet.leaves()) {
      outgoingFreed += words(packet.leaving);
    }
  }

  boolean isEmpty() {
    return incoming.isEmpty() && ring.isEmpty() && outgoing.isEmpty();
  }
}
