package org.weft.cli;

import java.io.IOException;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;

/** Where the results of a run go. */
interface Report {
  /**
   * One packet, in the order of the trace.
   *
   * @param rows rows executed, or -1
   * @param cycles clocks that it took, or -1
   * @param changed whether its bytes are others than it came with
   */
  void packet(int ret, long rows, long cycles, PacketBuffer packet, boolean changed)
      throws IOException;

  /** Hands on what was reported so far, also when the run fails. */
  void flush() throws IOException;

  /** The maps and the sums, after the last packet. */
  void finish(MapStore maps, Summary summary) throws IOException;
}
