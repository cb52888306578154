package org.weft.sim.rows;

import java.util.List;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.HelperFunction.Arg;

/** A call of a row, with what is the same each time that it is made: found once, in arrays. */
final class CallForm {
  private final HelperFunction helper;
  private final int dst;
  private final int[] arguments;

  /** By memory argument: its number among all, what it is, and where it points. */
  private final int[] numbers;

  private final Arg[] kinds;
  private final Region[] regions;

  /** The regions that memory arguments point into, as a set. */
  private final int reached;

  private final boolean hasMap;
  private final boolean hasKey;
  private final boolean goesToTable;
  private final boolean isLeftToOthers;
  private final boolean isLate;

  CallForm(Slot.Call call) {
    helper = call.helper();
    dst = call.dst();
    arguments = call.arguments().stream().mapToInt(Integer::intValue).toArray();
    regions = call.regions().toArray(Region[]::new);
    List<Arg> args = helper.args();
    numbers = new int[regions.length];
    kinds = new Arg[regions.length];
    int memory = 0;
    int set = 0;
    for (int i = 0; i < args.size(); i++) {
      if (args.get(i).isMemory()) {
        numbers[memory] = i;
        kinds[memory] = args.get(i);
        set |= 1 << regions[memory].ordinal();
        memory++;
      }
    }
    reached = set;
    hasMap = args.contains(Arg.MAP);
    hasKey = args.contains(Arg.KEY);
    goesToTable = goesToTable(helper);
    // An event is taken when its bytes have been read.
    isLeftToOthers =
        goesToTable
            || helper.asksRing()
            || reaches(Region.MAP)
            || helper == HelperFunction.PERF_EVENT_OUTPUT;
    isLate = isLeftToOthers || isLate(helper);
  }

  /** Whether engines outside the core do it. */
  private static boolean goesToTable(HelperFunction helper) {
    return switch (helper) {
      case MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM, REDIRECT_MAP -> true;
      default -> false;
    };
  }

  /** Whether a unit of the core takes its time for it. */
  private static boolean isLate(HelperFunction helper) {
    return switch (helper) {
      case CSUM_DIFF,
          XDP_LOAD_BYTES,
          XDP_STORE_BYTES,
          PERF_EVENT_OUTPUT,
          TRACE_PRINTK,
          TRACE_VPRINTK ->
          true;
      default -> false;
    };
  }

  HelperFunction helper() {
    return helper;
  }

  /** The register that gets the result. */
  int dst() {
    return dst;
  }

  /** Keeps the registers that are arguments, for a call that is made when others were written. */
  void keep(long[] registers, long[] before) {
    for (int argument : arguments) {
      if (argument < Slot.FIRST_CONSTANT) {
        before[argument] = registers[argument];
      }
    }
  }

  /** An argument with these registers. */
  long argument(long[] registers, int number) {
    int argument = arguments[number];
    return argument < Slot.FIRST_CONSTANT ? registers[argument] : argument - Slot.FIRST_CONSTANT;
  }

  /** Where a memory argument points, counted among memory arguments. */
  Region region(int memory) {
    return regions[memory];
  }

  /** Memory arguments. */
  int memories() {
    return regions.length;
  }

  /** What a memory argument is. */
  Arg kind(int memory) {
    return kinds[memory];
  }

  /** Its number among all arguments. */
  int number(int memory) {
    return numbers[memory];
  }

  /** Whether a memory argument points into a region. */
  boolean reaches(Region region) {
    return (reached >>> region.ordinal() & 1) != 0;
  }

  /** Whether a map is among the arguments. */
  boolean hasMap() {
    return hasMap;
  }

  /** Whether the address of a key is. */
  boolean hasKey() {
    return hasKey;
  }

  /** Whether bytes of the packet are copied to memory, or back. */
  boolean copies() {
    return helper == HelperFunction.XDP_LOAD_BYTES || helper == HelperFunction.XDP_STORE_BYTES;
  }

  /** Whether engines outside the core do it. */
  boolean goesToTable() {
    return goesToTable;
  }

  /** Whether it is still to be made when the row has been executed. */
  boolean isLeftToOthers() {
    return isLeftToOthers;
  }

  /** Whether its result is later than the row, whatever it is given. */
  boolean isLate() {
    return isLate;
  }
}
