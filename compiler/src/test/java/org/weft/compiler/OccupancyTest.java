package org.weft.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.RowParser;

class OccupancyTest {
  private static final Occupancy OCCUPANCY =
      Occupancy.of(
          new ProgramImage(
              MachineSpec.preset("nic100"),
              RowParser.parse(
                  """
                  r0 = load16 pkt[12] | r1 = rsh r3, 4 | store32 stk[8] = r7 | nop
                  r4 = load64 map1[r0] | exit DROP if r0 == 8 | goto 0 if r1 > 3 | nop
                  r0 = call get_prandom_u32() | nop | exit PASS | nop
                  """),
              List.of(),
              List.of(new ProgramImage.Entry("main", 0)),
              List.of()));

  private static Occupancy.Resource resource(String name) {
    return OCCUPANCY.resources().stream()
        .filter(resource -> resource.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void slotsAndRegistersAreCountedOnce() {
    assertEquals(8, OCCUPANCY.slots());
    assertEquals(0b10011011, OCCUPANCY.registers());
  }

  @Test
  void resourcesAreCountedByRow() {
    assertEquals(List.of(1, 1, 1), resource("lane 0").used());
    assertEquals(List.of(0, 0, 0), resource("lane 3").used());
    assertEquals(List.of(2, 0, 0), resource("packet and stack ports").used());
    assertEquals(List.of(0, 1, 0), resource("map value port").used());
    assertEquals(List.of(0, 2, 1), resource("branches and exits").used());
    assertEquals(List.of(0, 0, 1), resource("helper calls").used());
    assertEquals(List.of(1, 0, 0), resource("shifters").used());
  }

  @Test
  void rowsCountAsOftenAsTheyAreExecuted() {
    assertEquals(1, resource("branches and exits").fullRows());
    assertEquals(3, resource("branches and exits").uses(1, 1, 1));
    assertEquals(203, resource("branches and exits").uses(500, 100, 3));
  }
}
