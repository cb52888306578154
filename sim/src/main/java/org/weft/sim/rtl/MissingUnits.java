package org.weft.sim.rtl;

import java.util.List;
import java.util.Locale;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.OutsideMemory;
import org.weft.isa.row.Region;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.MapAddresses;

/** What rows ask for that the hardware has no unit for. */
public final class MissingUnits {
  private MissingUnits() {}

  /**
   * Checks that the hardware can execute all rows, and reach all maps.
   *
   * @param memory what lies behind the memory port
   * @throws RefusedException with the first slot or map that it cannot, and why
   */
  public static void refuse(ProgramImage image, MapTable maps, OutsideMemory memory) {
    refuse(image);
    new RtlMaps(maps, image).refuse(memory);
  }

  /**
   * Checks that the hardware can execute all rows.
   *
   * @throws RefusedException with the first slot that it cannot execute, and why
   */
  public static void refuse(ProgramImage image) {
    MapAddresses addresses = new MapAddresses(image);
    for (int row = 0; row < image.rows().size(); row++) {
      for (Slot slot : image.rows().get(row).slots()) {
        List<MapDefinition> given =
            slot instanceof Slot.Call call && takesMap(call)
                ? addresses.given(row, call)
                : List.of();
        String missing = missing(slot, given);
        if (missing != null) {
          throw new RefusedException(
              image.place(row)
                  + ": "
                  + missing
                  + ": the hardware has no unit for it; run it in engine sim");
        }
      }
    }
  }

  private static boolean takesMap(Slot.Call call) {
    return call.helper().args().contains(HelperFunction.Arg.MAP);
  }

  /**
   * What a slot asks for that is not there, or null.
   *
   * @param given the maps that a call may be given
   */
  static String missing(Slot slot, List<MapDefinition> given) {
    if (slot instanceof Slot.Call call) {
      if (!isThere(call.helper())) {
        return "helper " + call.helper().name().toLowerCase(Locale.ROOT);
      } else if (call.regions().contains(Region.MAP) && !call.helper().isLock()) {
        return "memory argument in a map's value";
      } else if (copies(call) && call.regions().contains(Region.PACKET)) {
        return "copy from packet to packet";
      } else if (call.regions().contains(Region.ARGUMENT)) {
        return "memory argument";
      }
      return takesMap(call) ? missingMap(call.helper(), given) : null;
    } else if (slot instanceof Slot.Atomic atomic && atomic.region() != Region.MAP) {
      return "atomic operation on packet or stack";
    } else if (slot.region() == Region.ARGUMENT) {
      return "memory argument";
    }
    return null;
  }

  private static boolean copies(Slot.Call call) {
    return call.helper() == HelperFunction.XDP_LOAD_BYTES
        || call.helper() == HelperFunction.XDP_STORE_BYTES;
  }

  private static boolean isThere(HelperFunction helper) {
    return switch (helper) {
      case GET_PRANDOM_U32,
          PERF_EVENT_OUTPUT,
          XDP_ADJUST_HEAD,
          XDP_ADJUST_META,
          XDP_ADJUST_TAIL,
          REDIRECT,
          REDIRECT_MAP,
          MAP_LOOKUP_ELEM,
          MAP_UPDATE_ELEM,
          MAP_DELETE_ELEM,
          CSUM_DIFF,
          XDP_LOAD_BYTES,
          XDP_STORE_BYTES,
          SPIN_LOCK,
          SPIN_UNLOCK,
          RINGBUF_RESERVE,
          RINGBUF_SUBMIT,
          RINGBUF_DISCARD,
          RINGBUF_QUERY ->
          true;
      default -> false;
    };
  }

  /** What the maps that a call may be given ask for that is not there, or null. */
  private static String missingMap(HelperFunction helper, List<MapDefinition> given) {
    boolean takesAll =
        helper.asksRing()
            || helper == HelperFunction.REDIRECT_MAP
            || helper == HelperFunction.PERF_EVENT_OUTPUT;
    return given.stream()
        .filter(map -> !takesAll && !isSearched(helper, map.type()))
        .findFirst()
        .map(map -> helper.name().toLowerCase(Locale.ROOT) + " of map " + map.name())
        .orElse(null);
  }

  /** Whether a map's keys are looked for in the hardware's tables. */
  static boolean isTable(MapType type) {
    return switch (type) {
      case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> true;
      default -> hasValue(type);
    };
  }

  private static boolean isSearched(HelperFunction helper, MapType type) {
    boolean isIndexed = type == MapType.ARRAY_OF_MAPS;
    return helper == HelperFunction.MAP_LOOKUP_ELEM && isIndexed
        || isTable(type) && type != MapType.DEVMAP_HASH;
  }

  /** Whether values stand behind keys. */
  static boolean hasValue(MapType type) {
    return type == MapType.DEVMAP_HASH || type == MapType.HASH_OF_MAPS;
  }
}
