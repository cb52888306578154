package org.weft.sim.engine;

import org.weft.sim.packet.PacketBuffer;

/** What one engine makes of a packet; reused for the next. */
final class Outcome {
  final PacketBuffer packet = new PacketBuffer();

  /** The raw r0; without meaning after a fault. */
  int ret;

  /** What the program did wrong, or null. */
  String fault;

  /** Why it cannot be compared, or null. */
  String incomparable;

  /** Why its bytes cannot be, or null. */
  String hidden;

  /** Whether its metadata is not seen. */
  boolean hidesMetadata;

  /** Clocks that it took; -1 where there is no clock. */
  long cycles;

  void run(Engine engine) {
    fault = null;
    ret = 0;
    hidden = null;
    hidesMetadata = false;
    cycles = -1;
    try {
      ret = engine.run(packet);
      hidden = engine.hidesPacket().orElse(null);
      hidesMetadata = engine.hidesMetadata();
      cycles = engine.cycles();
    } catch (ProgramFault e) {
      fault = e.getMessage();
    }
  }

  /** The verdict for messages. */
  String verdict() {
    return fault == null ? Integer.toUnsignedString(ret) : "a fault: " + fault;
  }
}
