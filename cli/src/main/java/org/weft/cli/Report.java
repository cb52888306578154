package org.weft.cli;

import java.io.IOException;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;

/** Where the results of a run go. */
interface Report {
  /** A row count that the engine does not have. */
  long NO_ROWS = -1;

  /**
   * One packet, in the order of the trace.
   *
   * @param rows rows executed, or {@link #NO_ROWS}
   * @param received where the packet came from: its current frame
   */
  void packet(int ret, long rows, PacketBuffer packet, TraceReader received) throws IOException;

  /** Hands on what was reported so far, also when the run fails. */
  void flush() throws IOException;

  /** The maps and the sums, after the last packet. */
  void finish(MapStore maps, Summary summary) throws IOException;
}
