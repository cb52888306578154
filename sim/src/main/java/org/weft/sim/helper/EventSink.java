package org.weft.sim.helper;

import org.weft.sim.packet.PacketBuffer;

/** Is given an event of {@code bpf_perf_event_output}. */
@FunctionalInterface
public interface EventSink {
  /**
   * Takes an event.
   *
   * @param map number of the perf event array
   * @param data has the bytes that the program gives
   * @param offset where they begin
   * @param bytes how many they are
   * @param packetBytes how many of the packet's first bytes come behind them
   */
  void take(PacketBuffer packet, int map, byte[] data, int offset, int bytes, int packetBytes);
}
