package org.weft.sim.helper;

import org.weft.sim.packet.PacketBuffer;

/** Where the events of {@code bpf_perf_event_output} go that have passed its checks. */
public interface EventSink {
  /** Nobody listens: events are thrown away. */
  EventSink NONE = (packet, map, data, offset, bytes, packetBytes) -> 0;

  /**
   * Takes an event.
   *
   * @param map number of the perf event array
   * @param data has the bytes that the program gives
   * @param offset where they begin
   * @param bytes how many they are
   * @param packetBytes how many of the packet's first bytes come behind them
   * @return what the program sees: 0, or a negative error number of Linux
   */
  long take(PacketBuffer packet, int map, byte[] data, int offset, int bytes, int packetBytes);
}
