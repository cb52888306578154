package org.weft.sim.nic;

import org.weft.isa.xdp.XdpAction;
import org.weft.sim.packet.PacketBuffer;

/** A packet on its way through the NIC. Fields are plain: every clock touches them. */
final class Packet {
  final PacketBuffer data = new PacketBuffer();

  /** Network port it came in on. */
  int port;

  /** Bytes as it came in. */
  int bytes;

  /** Bytes that are in the input queue, in the core's queue, in the buffer. */
  int stored;

  int dispatched;
  int arrived;

  /** Bytes that are to leave, that have left the buffer, the core, the NIC. */
  int leaving;

  int drained;
  int forwarded;
  int sent;

  /** Half of a core, counted over all cores. */
  int half;

  boolean done;
  int verdict;

  /** The clock in which the first byte came, and that in which the last left. */
  long begun;

  long ended;

  void reset(int newPort, int newBytes, long now) {
    port = newPort;
    bytes = newBytes;
    stored = 0;
    dispatched = 0;
    arrived = 0;
    leaving = 0;
    drained = 0;
    forwarded = 0;
    sent = 0;
    done = false;
    begun = now;
  }

  /** Whether it leaves, rather than being dropped. */
  boolean leaves() {
    return verdict == XdpAction.PASS.ordinal()
        || verdict == XdpAction.TX.ordinal()
        || verdict == XdpAction.REDIRECT.ordinal();
  }
}
