package org.weft.cli;

import java.io.PrintStream;
import java.util.Locale;
import org.weft.isa.xdp.XdpAction;
import org.weft.sim.map.MapStore;
import org.weft.sim.packet.PacketBuffer;

/** Tables for people: verdicts, then what the maps hold. */
final class TableReport implements Report {
  private final PrintStream out;

  TableReport(PrintStream out) {
    this.out = out;
  }

  @Override
  public void packet(int ret, long rows, long cycles, PacketBuffer packet, boolean changed) {
    // The sums are all that is printed.
  }

  @Override
  public void flush() {
    // Nothing is printed before the end.
  }

  @Override
  public void finish(MapStore maps, Summary summary) {
    out.printf(Locale.ROOT, "%-10s %12s %12s%n", "verdict", "packets", "changed");
    for (XdpAction action : XdpAction.values()) {
      if (summary.count(action) > 0) {
        row(action.name(), summary.count(action), summary.changed(action));
      }
    }
    long changed = 0;
    for (XdpAction action : XdpAction.values()) {
      changed += summary.changed(action);
    }
    row("all", summary.packets(), changed);
    out.println();
    out.printf(
        Locale.ROOT,
        "%d packets in %.3f s: %s a second%n",
        summary.packets(),
        summary.seconds(),
        rate(summary.packets() / summary.seconds()));
    if (summary.rowsPerPacket() >= 0) {
      out.printf(Locale.ROOT, "%.2f rows a packet%n", summary.rowsPerPacket());
    }
    if (summary.cycles() >= 0) {
      out.printf(
          Locale.ROOT,
          "%d cycles: %.3f packets a cycle, %.2f million a second%n",
          summary.cycles(),
          summary.packetsPerCycle(),
          summary.mpps());
    }
    if (summary.kernelNanosPerPacket() >= 0) {
      out.printf(
          Locale.ROOT,
          "%.1f ns a packet by the kernel's own clock%n",
          summary.kernelNanosPerPacket());
    }
    if (summary.notRun() > 0) {
      out.printf(Locale.ROOT, "%d packets were not run%n", summary.notRun());
    }
    if (summary.noPort() > 0) {
      out.printf(Locale.ROOT, "%d packets found no port%n", summary.noPort());
    }
    if (summary.noRoom() > 0) {
      out.printf(Locale.ROOT, "%d packets found no room in their port%n", summary.noRoom());
    }
    MapListing listing = new MapListing(out);
    int count = maps.definitions().size();
    for (int i = 0; i < count; i++) {
      if (!maps.definitions().get(i).isOfLibrary()) {
        listing.print(maps.contents(i));
      }
    }
  }

  private void row(String name, long packets, long changed) {
    out.printf(Locale.ROOT, "%-10s %12d %12d%n", name, packets, changed);
  }

  private static String rate(double perSecond) {
    return perSecond >= 1e6
        ? String.format(Locale.ROOT, "%.2f million", perSecond / 1e6)
        : String.format(Locale.ROOT, "%.0f", perSecond);
  }
}
