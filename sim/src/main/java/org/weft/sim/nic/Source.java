package org.weft.sim.nic;

import org.weft.sim.packet.PacketBuffer;

/** What is connected to the network ports and gives packets. */
public interface Source {
  /**
   * The packet whose first beat comes in now, or null. Asked once a clock for each port that is not
   * in the middle of a packet; the buffer is the NIC's until {@link #done} gives it back.
   *
   * @param hasRoom whether the input queue has room for it; it is lost if not
   */
  PacketBuffer next(int port, long now, boolean hasRoom);

  /** A packet has met its fate; what it says holds until this returns. */
  void done(Packet packet);
}
