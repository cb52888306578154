package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;

/** A network port, or the host's: its input queue, its output queue. */
final class Port {
  private static final int LEAST_BYTES = 14;

  private final int bus;
  private final int queueBytes;
  private final int frameBytes;
  private final Fifo<Packet> input = new Fifo<>(1024);
  private final Fifo<Packet> output = new Fifo<>(1024);
  private Packet coming;
  private boolean refused;
  private int inputBytes;
  private int outputBytes;

  /** What was freed or taken in this clock: others see it in the next one. */
  private int inputFreed;

  private int outputChange;

  /** Bytes that reordering has given: now, up to one and two clocks before, that can be sent. */
  private long forwarded;

  private long forwardedBefore;
  private long sendable;
  private long sent;

  Port(MachineSpec machine) {
    bus = machine.busBytes();
    queueBytes = machine.portQueueBytes();
    frameBytes = machine.frameBytes();
  }

  boolean isIdle() {
    return coming == null;
  }

  /** A packet's first beat comes in the clock that follows with {@link #receive}. */
  void begin(Packet packet) {
    coming = packet;
    refused = !hasRoom();
    if (refused) {
      packet.fate = Fate.OVERFLOW;
    }
  }

  /** Whether the input queue has room for a largest frame. */
  boolean hasRoom() {
    return inputBytes + beats(frameBytes) <= queueBytes;
  }

  private int beats(int bytes) {
    return (bytes + bus - 1) & -bus;
  }

  /** A beat of what comes in; the packet when it was its last and it will not be stored. */
  Packet receive(long now) {
    Packet packet = coming;
    packet.stored = Math.min(packet.stored + bus, packet.bytes);
    if (!refused) {
      inputBytes += bus;
      if (packet.stored > frameBytes) {
        packet.fate = Fate.OVERSIZE;
      } else if (packet.stored == packet.bytes && packet.frame.isDamaged()) {
        packet.fate = Fate.DAMAGED;
      } else if (packet.stored == packet.bytes && packet.bytes < LEAST_BYTES) {
        packet.fate = Fate.UNDERSIZE;
      }
      if (packet.fate != null) {
        inputBytes -= beats(packet.stored);
        refused = true;
      }
    }
    if (packet.stored < packet.bytes) {
      return null;
    }
    coming = null;
    packet.whole = now;
    if (refused) {
      return packet;
    }
    input.add(packet);
    return null;
  }

  /** The oldest packet that is here as a whole, or null. */
  Packet waiting() {
    return input.head();
  }

  /** Its last beat goes to a core. */
  void dispatched(Packet packet) {
    inputFreed += beats(packet.bytes);
  }

  /** The clock ends: what was freed in it is free. */
  void commit() {
    inputBytes -= inputFreed;
    inputFreed = 0;
    outputBytes += outputChange;
    outputChange = 0;
  }

  /** It begins to go to a core. */
  void take() {
    input.remove();
  }

  boolean hasRoomFor(Packet packet) {
    return outputBytes + beats(packet.leaving) <= queueBytes;
  }

  void add(Packet packet) {
    outputChange += beats(packet.leaving);
    packet.forwardBegun = forwarded;
    output.add(packet);
  }

  /** So many bytes come from a core. */
  void forward(int bytes) {
    forwarded += bytes;
  }

  /** A clock begins: what came from cores two clocks before can be sent; whether a packet waits. */
  boolean offers() {
    sent = sendable;
    sendable = forwardedBefore;
    forwardedBefore = forwarded;
    return !output.isEmpty();
  }

  /** A beat of the packet that waits is taken; the packet when it was its last. */
  Packet send() {
    Packet packet = output.head();
    int bytes = (int) Math.max(0, Math.min(sent - packet.forwardBegun, packet.leaving));
    packet.sent = Math.min(packet.sent + bus, bytes);
    if (packet.sent < packet.leaving) {
      return null;
    }
    output.remove();
    outputChange -= beats(packet.leaving);
    return packet;
  }

  int inputBytes() {
    return inputBytes;
  }

  int outputBytes() {
    return outputBytes;
  }
}
