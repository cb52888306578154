package org.weft.bitstream.device;

/** Packets to a device and back, one after the other. */
public interface PacketPort {

  /**
   * What became of a packet.
   *
   * @param fate its number, as counters have it
   * @param bytes what leaves; empty where nothing does
   */
  record Answer(int fate, byte[] bytes) {}

  /**
   * Gives a packet to the program.
   *
   * @param ifindex the interface that it came in on, as the program sees it
   * @param queue the receive queue
   * @throws org.weft.isa.InputException when the device does not answer
   */
  Answer run(int ifindex, int queue, byte[] frame);
}
