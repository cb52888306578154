package org.weft.bitstream.vivado;

import java.util.ArrayList;
import java.util.List;
import org.weft.bitstream.Resources;
import org.weft.isa.machine.MachineSpec;

/**
 * Of a machine that a board has no room for, one that fits: with fewer cores, with less map memory,
 * or with less of both; told from the counts of its blocks. A synthesis of each would take minutes.
 */
final class Shrinking {
  private static final String CORE = "Core";
  private static final String MAPS = "MapMemory";

  private final Card card;
  private final MachineSpec machine;
  private final Resources all;
  private final Resources core;
  private final Resources maps;

  Shrinking(String stat, Card card, MachineSpec machine) {
    this.card = card;
    this.machine = machine;
    this.all = XilinxCounts.total(stat, card.shell().wrapper());
    this.core = XilinxCounts.total(stat, CORE);
    this.maps = XilinxCounts.total(stat, MAPS);
  }

  /** What differs, as in a machine file, or that nothing does it. */
  String nearest() {
    long most = 0;
    String nearest =
        "fewer lanes, registers or threads, too: one core and 1 KiB of map memory do not fit";
    for (int cores = machine.cores(); cores >= 1; cores--) {
      for (int kbytes = machine.mapKbytes(); kbytes >= 1; kbytes /= 2) {
        // The one that keeps most of both; of those that are alike the one with more cores.
        long kept = (long) cores * kbytes;
        if (kept > most && fits(cores, kbytes)) {
          most = kept;
          nearest = text(cores, kbytes);
        }
      }
    }
    return nearest;
  }

  private String text(int cores, int kbytes) {
    List<String> changes = new ArrayList<>();
    if (cores != machine.cores()) {
      changes.add("cores = " + cores);
    }
    if (kbytes != machine.mapKbytes()) {
      changes.add("map_kbytes = " + kbytes);
    }
    return String.join(", ", changes);
  }

  private boolean fits(int cores, int kbytes) {
    int without = machine.cores() - cores;
    List<Integer> whole = all.counts();
    List<Integer> available = card.board().device().capacity().counts();
    for (int i = 0; i < whole.size(); i++) {
      long memory = 0;
      if (i == Resources.NAMES.indexOf("BRAM") || i == Resources.NAMES.indexOf("URAM")) {
        memory = (long) maps.counts().get(i) * (machine.mapKbytes() - kbytes) / machine.mapKbytes();
      }
      long rest = whole.get(i) - (long) without * core.counts().get(i) - memory;
      if (rest > available.get(i)) {
        return false;
      }
    }
    return true;
  }
}
