package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;

/** One half of a core's memory: packets that come in, buffers, packets that go out. */
final class Half {
  private final int moved;
  private final int bus;
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

  Half(MachineSpec machine, NicOptions options) {
    moved = 8 * options.bankBytes();
    bus = machine.busBytes();
    queueBytes = options.coreQueueBytes();
    buffers = Math.max(1, machine.buffers() / 2);
    incoming = new Fifo<>(queueBytes / 14 + 1);
    ring = new Fifo<>(buffers);
    outgoing = new Fifo<>(4096);
  }

  private int beats(int bytes) {
    return (bytes + bus - 1) / bus * bus;
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
    if (incoming.isEmpty()) {
      return;
    }
    Packet packet = incoming.head();
    if (!begun) {
      if (ring.size() == buffers) {
        return;
      }
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
      if (outgoingBytes + needed > queueBytes) {
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
