package org.weft.sim.helper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

class MapAccessTest {
  private static List<HelperFunction> taken(MapType type, int flags) {
    List<HelperFunction> taken = new ArrayList<>();
    for (HelperFunction helper : HelperFunction.values()) {
      if (helper.args().contains(HelperFunction.Arg.MAP)
          && MapAccess.refusal(helper, MapDefinition.of("m", type, 4, 4, 1, flags)) == null) {
        taken.add(helper);
      }
    }
    return taken;
  }

  @Test
  void eachTypeHasItsHelpers() {
    String[][] table = {
      {"HASH", "[MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM]"},
      {"LPM_TRIE", "[MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM]"},
      {"PERCPU_ARRAY", "[MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM]"},
      {"ARRAY_OF_MAPS", "[MAP_LOOKUP_ELEM]"},
      {"DEVMAP", "[MAP_LOOKUP_ELEM, REDIRECT_MAP]"},
      {"XSKMAP", "[MAP_LOOKUP_ELEM, REDIRECT_MAP]"},
      {"CPUMAP", "[REDIRECT_MAP]"},
      {"PROG_ARRAY", "[TAIL_CALL]"},
      {"PERF_EVENT_ARRAY", "[PERF_EVENT_OUTPUT]"},
    };
    for (String[] row : table) {
      assertEquals(row[1], taken(MapType.valueOf(row[0]), 0).toString(), row[0]);
    }
  }

  @Test
  void readOnlyMapsAreNotChanged() {
    assertEquals(
        List.of(HelperFunction.MAP_LOOKUP_ELEM), taken(MapType.HASH, MapDefinition.RDONLY_PROG));
    assertTrue(
        MapAccess.refusal(
                HelperFunction.MAP_UPDATE_ELEM,
                MapDefinition.of("m", MapType.HASH, 4, 4, 1, MapDefinition.RDONLY_PROG))
            .endsWith("read-only for programs"));
  }
}
