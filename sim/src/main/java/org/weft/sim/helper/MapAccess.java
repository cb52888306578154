package org.weft.sim.helper;

import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Which helper takes which map ({@code check_map_func_compatibility} in the kernel's verifier). */
public final class MapAccess {
  private MapAccess() {}

  /** Why Linux refuses a call of the helper with the map, in words that follow "it", or null. */
  public static String refusal(HelperFunction helper, MapDefinition map) {
    MapType type = map.type();
    boolean fits =
        switch (helper) {
          case MAP_LOOKUP_ELEM ->
              type != MapType.PROG_ARRAY
                  && type != MapType.PERF_EVENT_ARRAY
                  && type != MapType.CPUMAP
                  && type != MapType.RINGBUF;
          case MAP_UPDATE_ELEM, MAP_DELETE_ELEM -> holdsValues(type);
          case TAIL_CALL -> type == MapType.PROG_ARRAY;
          case REDIRECT_MAP -> type.isRedirectTarget();
          case PERF_EVENT_OUTPUT -> type == MapType.PERF_EVENT_ARRAY;
          case RINGBUF_OUTPUT, RINGBUF_RESERVE, RINGBUF_QUERY -> type == MapType.RINGBUF;
          default -> false;
        };
    if (!fits) {
      return call(helper, map) + " of type " + type.label() + ", which Linux refuses";
    }
    boolean changes =
        helper == HelperFunction.MAP_UPDATE_ELEM || helper == HelperFunction.MAP_DELETE_ELEM;
    return changes && (map.flags() & MapDefinition.RDONLY_PROG) != 0
        ? call(helper, map) + ", which is read-only for programs"
        : null;
  }

  private static String call(HelperFunction helper, MapDefinition map) {
    return "calls " + helper.functionName() + " with map " + map.name();
  }

  private static boolean holdsValues(MapType type) {
    return switch (type) {
      case ARRAY, PERCPU_ARRAY, HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> true;
      default -> false;
    };
  }
}
