package org.weft.sim.nic;

import org.weft.sim.packet.PacketBuffer;

/** What is connected to the network ports and gives packets. */
public interface Source {
  /**
   * The frame whose first beat comes in now, or null. Asked once a clock for each port that is not
   * in the middle of a frame.
   *
   * @param hasRoom whether the input queue has room for it; it is lost if not
   */
  Frame next(int port, long now, boolean hasRoom);

  /**
   * Whether what leaves by an output in this clock is taken: AXI4-Stream's ready.
   *
   * @param output network port, or the number of ports for the host
   */
  default boolean takes(int output, long now) {
    return true;
  }

  /**
   * A buffer with a packet's frame, for the program: asked for once, and not before a core has the
   * packet, so that few are in use. It is the NIC's until {@link #done} gives it back.
   */
  PacketBuffer buffer(Packet packet);

  /** A packet has met its fate; what it says holds until this returns. */
  void done(Packet packet);
}
