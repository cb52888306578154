package org.weft.bitstream.vivado;

import java.util.ArrayList;
import java.util.List;
import org.weft.bitstream.Resources;
import org.weft.isa.machine.MachineSpec;

/**
 * Of a machine that a board has no room for, one that fits: with fewer cores or table engines, with
 * less memory for map values or for tables; told from the counts of its blocks. A synthesis of each
 * would take minutes.
 */
final class Shrinking {
  private static final String CORE = "Core";
  private static final String MAPS = "MapMemory";
  private static final String ENGINE = "TableEngine";
  private static final String TABLE = "TableMemory";

  /** The least of a machine's values that are halved. */
  private static final int LEAST_KBYTES = 1;

  private static final int LEAST_SLOTS = 16;

  private final Card card;
  private final MachineSpec machine;
  private final Resources all;
  private final Resources core;
  private final Resources maps;
  private final Resources engine;
  private final Resources table;

  /** What is less than in the machine, or as much. */
  private record Sizes(int cores, int kbytes, int engines, int slots) {

    /** Engines that are made: no more than there are cores. */
    int used() {
      return Math.min(engines, cores);
    }

    /** The more of each is kept, the more. */
    long kept() {
      return (long) cores * kbytes * used() * slots;
    }
  }

  Shrinking(String stat, Card card, MachineSpec machine) {
    this.card = card;
    this.machine = machine;
    this.all = XilinxCounts.total(stat, card.shell().wrapper());
    this.core = XilinxCounts.total(stat, CORE);
    this.maps = XilinxCounts.total(stat, MAPS);
    this.engine = XilinxCounts.least(stat, ENGINE);
    this.table = XilinxCounts.least(stat, TABLE);
  }

  /** What differs, as in a machine file, or that nothing does it. */
  String nearest() {
    // The one that keeps most; of those that are alike the one with more cores, then engines.
    Sizes nearest = null;
    for (int cores = machine.cores(); cores >= 1; cores--) {
      for (int engines = machine.tableEngines(); engines >= 1; engines /= 2) {
        for (int kbytes = machine.mapKbytes(); kbytes >= LEAST_KBYTES; kbytes /= 2) {
          for (int slots = machine.tableSlots(); slots >= LEAST_SLOTS; slots /= 2) {
            Sizes sizes = new Sizes(cores, kbytes, engines, slots);
            if ((nearest == null || sizes.kept() > nearest.kept()) && fits(sizes)) {
              nearest = sizes;
            }
          }
        }
      }
    }
    return nearest == null
        ? "fewer lanes, registers or threads, too: one core with the least memory does not fit"
        : text(nearest);
  }

  private String text(Sizes sizes) {
    List<String> changes = new ArrayList<>();
    add(changes, "cores", machine.cores(), sizes.cores());
    add(changes, "map_kbytes", machine.mapKbytes(), sizes.kbytes());
    add(changes, "table_engines", machine.tableEngines(), sizes.engines());
    add(changes, "table_slots", machine.tableSlots(), sizes.slots());
    return String.join(", ", changes);
  }

  private static void add(List<String> changes, String name, int whole, int rest) {
    if (whole != rest) {
      changes.add(name + " = " + rest);
    }
  }

  private boolean fits(Sizes sizes) {
    int engines = Math.min(machine.tableEngines(), machine.cores());
    for (int i = 0; i < Resources.NAMES.size(); i++) {
      long rest = all.counts().get(i);
      rest -= (long) (machine.cores() - sizes.cores()) * core.counts().get(i);
      rest -= (long) (engines - sizes.used()) * engine.counts().get(i);
      if (i == Resources.NAMES.indexOf("BRAM") || i == Resources.NAMES.indexOf("URAM")) {
        rest -= less(maps.counts().get(i), machine.mapKbytes(), sizes.kbytes());
        rest -= sizes.used() * less(table.counts().get(i), machine.tableSlots(), sizes.slots());
      }
      if (rest > card.board().device().capacity().counts().get(i)) {
        return false;
      }
    }
    return true;
  }

  /** How many fewer memories hold a part of what these do. */
  private static long less(int memories, int whole, int part) {
    return (long) memories * (whole - part) / whole;
  }
}
