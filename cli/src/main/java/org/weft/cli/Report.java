package org.weft.cli;

import java.io.IOException;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;

/** Where the results of a run go. */
interface Report {
  void packet(long number, int ret, long rows, PacketBuffer packet, TraceReader received)
      throws IOException;

  void maps(MapStore maps) throws IOException;

  void summary(Summary summary) throws IOException;
}
