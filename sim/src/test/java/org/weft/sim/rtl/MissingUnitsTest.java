package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.OutsideMemory;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.map.MapTable;
import org.weft.sim.nic.Programs;

/** What hardware is refused for. */
final class MissingUnitsTest {
  private static void refuse(MapDefinition definition, OutsideMemory memory) {
    List<MapDefinition> maps = List.of(definition);
    ProgramImage image = Programs.image(OutsideLockStepTest.ONE_SMALL, maps, "exit PASS");
    int cpus = image.machine().cpus();
    MissingUnits.refuse(
        image, new MapTable(maps, List.of("main"), cpus, MapTable.Model.HARDWARE), memory);
  }

  private static void isRefused(MapDefinition map, OutsideMemory memory, String cause) {
    RefusedException refused = assertThrows(RefusedException.class, () -> refuse(map, memory));
    assertTrue(refused.getMessage().contains(cause), refused.getMessage());
  }

  /** A last access reaches the word behind its map's 8 KiB. */
  @Test
  void memoryThatIsEnoughForValuesIsNotRefused() {
    MapDefinition map = MapDefinition.of("large", MapType.ARRAY, 4, 8, 1024, 0);
    isRefused(map, OutsideMemory.NONE, "maps take 16 KiB");
    isRefused(map, new OutsideMemory(8, 0), "maps take 16 KiB behind the memory port");
    assertDoesNotThrow(() -> refuse(map, new OutsideMemory(16, 0)));
  }

  /** Old values of updates have room for an entry of each CPU and one: 43, in whole words of 32. */
  @Test
  void memoryThatIsEnoughForTablesIsNotRefused() {
    MapDefinition map = MapDefinition.of("table", MapType.HASH, 4, 8, 40, 0);
    isRefused(map, new OutsideMemory(64, 32), "32 entries of tables");
    assertDoesNotThrow(() -> refuse(map, new OutsideMemory(64, 64)));
  }
}
