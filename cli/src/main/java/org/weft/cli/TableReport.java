package org.weft.cli;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.map.MapContents;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.trace.TraceReader;

/** Tables for people: verdicts, then what the maps hold. */
final class TableReport implements Report {
  private static final int MAX_ENTRIES = 20;
  private static final int MAX_BYTES = 32;

  private final PrintStream out;
  private final long[] changed = new long[XdpAction.values().length];
  private MapStore maps;

  TableReport(PrintStream out) {
    this.out = out;
  }

  @Override
  public void packet(long number, int ret, long rows, PacketBuffer packet, TraceReader received) {
    boolean same =
        packet.length() == received.length()
            && Arrays.equals(
                packet.bytes, packet.data, packet.dataEnd, received.frame(), 0, received.length());
    if (!same) {
      changed[XdpAction.of(ret).ordinal()]++;
    }
  }

  @Override
  public void maps(MapStore store) {
    maps = store;
  }

  @Override
  public void summary(Summary summary) {
    out.printf(Locale.ROOT, "%-10s %12s %12s%n", "verdict", "packets", "changed");
    for (XdpAction action : XdpAction.values()) {
      int i = action.ordinal();
      if (summary.count(i) > 0) {
        out.printf(Locale.ROOT, "%-10s %12d %12d%n", action, summary.count(i), changed[i]);
      }
    }
    out.printf(
        Locale.ROOT,
        "%-10s %12d              in %.3f s%n",
        "all",
        summary.packets(),
        summary.seconds());
    if (summary.kernelNanos >= 0) {
      out.printf(
          Locale.ROOT, "the kernel's own time for the first packet: %d ns%n", summary.kernelNanos);
    }
    if (summary.tooLong > 0) {
      out.printf(
          Locale.ROOT,
          "%d packets of more than %d bytes were not run%n",
          summary.tooLong,
          PacketBuffer.MAX_PACKET_BYTES);
    }
    for (int i = 0; i < maps.definitions().size(); i++) {
      print(maps.contents(i));
    }
  }

  private void print(MapContents map) {
    int size = map.entries().size();
    out.printf(
        Locale.ROOT,
        "%nmap %s (%s): %d %s%n",
        map.definition().name(),
        map.definition().type().label(),
        size,
        size == 1 ? "entry" : "entries");
    int shown = 0;
    for (Map.Entry<Bytes, MapContents.Value> entry : map.entries().entrySet()) {
      if (shown++ == MAX_ENTRIES) {
        out.printf(Locale.ROOT, "  ... %d more; --json --maps prints all%n", size - MAX_ENTRIES);
        break;
      }
      out.println("  " + entry.getKey() + "  " + value(entry.getValue()));
    }
  }

  private static String value(MapContents.Value value) {
    if (value.reference() != null) {
      return value.reference();
    }
    StringBuilder text = new StringBuilder();
    for (Bytes bytes : value.bytes()) {
      String hex = bytes.toString();
      text.append(text.length() == 0 ? "" : " ");
      text.append(bytes.length() > MAX_BYTES ? hex.substring(0, 2 * MAX_BYTES) + "..." : hex);
    }
    return text.toString();
  }
}
