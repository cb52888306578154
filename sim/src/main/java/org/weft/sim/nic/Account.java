package org.weft.sim.nic;

/** Where a core's cycles went. */
final class Account {
  long issued;
  long noPacket;
  long waiting;
  long writeConflicts;

  void idle(boolean withoutPackets) {
    if (withoutPackets) {
      noPacket++;
    } else {
      waiting++;
    }
  }
}
