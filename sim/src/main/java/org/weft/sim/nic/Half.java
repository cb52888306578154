package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;

/** One half of a core's memory: packets that come in, buffers, packets that go out. */
final class Half {
  /** Dropped packets that may wait for their turn to be counted; they take no bytes. */
  private static final int DROPPED = 256;

  private final int moved;
  private final int bus;
  private final int queueBytes;
  private final int buffers;
  private final int outgoingPackets;

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

  Half(MachineSpec machine) {
    moved = 8 * machine.bankBytes();
    bus = machine.busBytes();
    queueBytes = machine.coreQueueBytes();
    buffers = Math.max(1, machine.buffers() / 2);
    incoming = new Fifo<>(queueBytes / bus + 1);
    ring = new Fifo<>(buffers);
    outgoingPackets = queueBytes / bus + DROPPED;
    outgoing = new Fifo<>(outgoingPackets);
  }

  private int beats(int bytes) {
    return (bytes + bus - 1) & -bus;
  }

  boolean hasRoomFor(int bytes) {
    return incomingBytes + beats(bytes) <= queueBytes;
  }

  /** The dispatcher begins with a packet. */
  void begin(Packet packet) {
    incomingBytes += beats(packet.bytes);
    incoming.add(packet);
  }

  /** A cycle in which the half is free: bytes come in. */
  void moveIn() {
    if (incoming.isEmpty() || !begun && ring.size() == buffers) {
      return;
    }
    Packet packet = incoming.head();
    if (!begun) {
      if (packet.dispatched == 0) {
        return;
      }
      ring.add(packet);
      begun = true;
    }
    packet.arrived = Math.min(packet.arrived + moved, packet.dispatched);
    if (packet.arrived == packet.bytes) {
      incoming.remove();
      incomingBytes -= beats(packet.bytes);
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
      int needed = packet.leaves() ? beats(packet.leaving) : 0;
      // What a program made longer than the queue leaves when nothing else is in it.
      boolean room = outgoingBytes == 0 || outgoingBytes + needed <= queueBytes;
      if (!room || outgoing.size() == outgoingPackets) {
        return;
      }
      outgoingBytes += needed;
      outgoing.add(packet);
    }
    packet.drained = Math.min(packet.drained + moved, packet.leaving);
    if (packet.drained == packet.leaving || !packet.leaves()) {
      ring.remove();
      started--;
    }
  }

  /** The packet that leaves the core next, or null. */
  Packet leaving() {
    return outgoing.isEmpty() ? null : outgoing.head();
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
    if (packet.leaves()) {
      outgoingBytes -= beats(packet.leaving);
    }
  }

  boolean isEmpty() {
    return incoming.isEmpty() && ring.isEmpty() && outgoing.isEmpty();
  }
}
