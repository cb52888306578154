package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.rtl.MissingUnits;

/** What programs do to arrays, in all engines: no call is left where maps can be told apart. */
class ArraysTest {
  /**
   * Map, key and flags, and which way, are the packet's: deletes an entry, or puts bytes of the
   * packet there; what was answered, and what is there then, is left in the packet.
   */
  private static final String BUSY =
      """
      r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 124; r0 = 1
      if r4 > r3 goto out
      r6 = r2; r1 = *(u8 *)(r6 + 1); r1 &= 3; *(u32 *)(r10 - 4) = r1
      r7 = *(u8 *)(r6 + 2); r7 &= 7
      MAPS
      r8 = *(u8 *)(r6 + 3)
      if r8 < 200 goto put
      r2 = r10; r2 += -4; r1 = r9; call 3; *(u32 *)(r6 + 4) = r0; r0 = 3; exit
      put: r2 = r10; r2 += -4; r3 = r6; r3 += 24; r4 = r7; r1 = r9; call 2; *(u32 *)(r6 + 4) = r0
      r2 = r10; r2 += -4; r1 = r9; call 1; r7 = r0; r0 = 3
      if r7 == 0 goto out
      r8 = *(u64 *)(r7 + 0); *(u64 *)(r6 + 8) = r8
      r8 = *(u32 *)(r7 + 16); *(u32 *)(r6 + 16) = r8
      out: exit
      """;

  private static final String ONE = BUSY.replace("MAPS", "r9 = map 0");

  private static final String SEVERAL =
      BUSY.replace(
          "MAPS",
          """
          r9 = map 0; r1 = *(u8 *)(r6 + 4); r1 &= 3
          if r1 == 0 goto go
          r9 = map 1
          if r1 == 1 goto go
          r9 = map 2
          go: r0 = 0
          """);

  private static MapDefinition map(MapType type, int valueBytes) {
    return MapDefinition.of(type.label(), type, 4, valueBytes, 3, 0);
  }

  private static final MapDefinition[] MAPS = {
    map(MapType.ARRAY, 20), map(MapType.PERCPU_ARRAY, 24), map(MapType.HASH, 20)
  };

  private static void allAgree(String text, MapDefinition... maps) {
    Random random = new Random(12);
    try (AllEngines engines = new AllEngines(Assembly.object(text, maps))) {
      for (int i = 0; i < 300; i++) {
        byte[] frame = new byte[128];
        random.nextBytes(frame);
        assertEquals(3, engines.run(frame));
      }
      for (int map = 0; map < maps.length; map++) {
        for (int key = 0; key < 3 && !maps[map].type().isMapOfMaps(); key++) {
          engines.value(map, "0" + key + "000000");
        }
      }
    }
  }

  private static void hardwareAgrees(String text, MapDefinition... maps) {
    HardwareRun.same(Assembly.object(text, maps), MachineSpec.preset("hxdp"), 600);
  }

  /** Values that are copied in a line, and in a loop, of odd lengths, too. */
  @ParameterizedTest
  @CsvSource({
    "ARRAY, 20",
    "ARRAY, 64",
    "ARRAY, 65",
    "ARRAY, 100",
    "PERCPU_ARRAY, 24",
    "PERCPU_ARRAY, 99"
  })
  void updatesWithAnyFlagsAndDeletions(MapType type, int valueBytes) {
    allAgree(ONE, map(type, valueBytes));
  }

  @Test
  void whichMapItIsMayDependOnThePacket() {
    allAgree(SEVERAL, MAPS);
  }

  @Test
  void hardwareDoesTheSame() {
    hardwareAgrees(ONE, map(MapType.ARRAY, 99));
    hardwareAgrees(ONE, map(MapType.PERCPU_ARRAY, 20));
    hardwareAgrees(SEVERAL, MAPS);
  }

  private static final String IN_ANOTHER =
      BUSY.replace(
          "MAPS",
          """
          *(u32 *)(r10 - 8) = 0; r2 = r10; r2 += -8; r1 = map 0; call 1; r9 = r0; r0 = 1
          if r9 == 0 goto out
          """);

  private static MapDefinition outer(String name, MapDefinition inner) {
    return new MapDefinition(
        name,
        MapType.ARRAY_OF_MAPS,
        4,
        4,
        1,
        0,
        inner,
        Bytes.EMPTY,
        List.of(new MapDefinition.Reference(0, inner.name())));
  }

  @Test
  void arraysThatWereFoundInMaps() {
    MapDefinition inner = map(MapType.ARRAY, 20);
    allAgree(IN_ANOTHER, outer("outer", inner), inner);
    hardwareAgrees(IN_ANOTHER, outer("outer", inner), inner);
  }

  private static final String IN_ONE_OF_TWO =
      BUSY.replace(
          "MAPS",
          """
          *(u32 *)(r10 - 8) = 0; r2 = r10; r2 += -8; r1 = *(u8 *)(r6 + 4)
          if r1 == 0 goto two
          r1 = map 0; call 1; goto found
          two: r1 = map 1; call 1
          found: r9 = r0; r0 = 1
          if r9 == 0 goto out
          """);

  private static ProgramImage compiled(XdpObject object) {
    return Compiler.compile(object, object.programs().get(0), MachineSpec.preset("hxdp"));
  }

  private static void refuses(String what, Executable work) {
    String message = assertThrows(RefusedException.class, work).getMessage();
    assertTrue(message.contains(what), message);
  }

  @Test
  void callOnMapsFoundInDifferentMapsOfMapsIsLeftAsItIs() {
    MapDefinition one = map(MapType.ARRAY, 20);
    MapDefinition other = map(MapType.HASH, 20);
    MapDefinition[] maps = {outer("o", one), outer("p", other), one, other};
    allAgree(IN_ONE_OF_TWO, maps);
    ProgramImage image = compiled(Assembly.object(IN_ONE_OF_TWO, maps));
    refuses("of map array", () -> MissingUnits.refuse(image));
  }

  @Test
  void updatesOfThemAreRefusedWhereValuesHaveALock() {
    MapDefinition one = map(MapType.ARRAY, 20).withLock(16);
    MapDefinition other = map(MapType.HASH, 20);
    MapDefinition[] maps = {outer("o", one), outer("p", other), one, other};
    String text = IN_ONE_OF_TWO.replace("r8 = *(u32 *)(r7 + 16); *(u32 *)(r6 + 16) = r8", "");
    refuses(
        "maps with a spin lock that were found in different maps of maps",
        () -> compiled(Assembly.object(text, maps)));
  }
}
