package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.HelperFunction;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Metadata moves with the packet's begin, in all engines. */
class MetadataTest {
  /**
   * Adds as many words of metadata as the packet's first byte says, numbers them from 1 on, moves
   * the begin by nine bits behind it, less 256, and leaves the result in the packet.
   */
  private static final String MOVE =
      """
      r6 = r1; r2 = *(u32 *)(r6 + 0); r3 = *(u32 *)(r6 + 4); r4 = r2; r4 += 14; r0 = 1
      if r4 > r3 goto out
      r7 = *(u16 *)(r2 + 1); r7 &= 511; r7 -= 256
      r2 = *(u8 *)(r2 + 0); r2 <<= 2; r2 = -r2; call 54
      r4 = *(u32 *)(r6 + 8); r3 = *(u32 *)(r6 + 0); r5 = 1
      next: r2 = r4; r2 += 4
      if r2 > r3 goto move
      *(u32 *)(r4 + 0) = r5; r4 += 4; r5 += 1
      if r5 < 64 goto next
      move: r1 = r6; r2 = r7; call 44; r7 = r0
      r2 = *(u32 *)(r6 + 0); r3 = *(u32 *)(r6 + 4); r4 = r2; r4 += 14; r0 = 1
      if r4 > r3 goto out
      *(u32 *)(r2 + 0) = r7; r0 = 2
      out: exit
      """;

  /** Those with as much headroom as Linux has. */
  private static AllEngines engines() {
    return new AllEngines(Assembly.object(MOVE), List.of("nic100", "hxdp"));
  }

  private static byte[] frame(int metadata, int delta) {
    byte[] frame = new byte[64];
    new Random(metadata).nextBytes(frame);
    ByteBuffer.wrap(frame)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) (metadata / 4))
        .putShort((short) (delta + 256));
    return frame;
  }

  @Test
  void metadataMovesAlong() {
    try (AllEngines engines = engines()) {
      for (int metadata : new int[] {0, 4, 8, 12, 20, 64, 100}) {
        for (int delta : new int[] {-100, -21, -8, -4, -1, 0, 1, 3, 4, 8, 17, 50}) {
          assertEquals(2, engines.run(frame(metadata, delta)));
        }
      }
    }
  }

  /** The packet keeps 14 bytes, the headroom ends 216 bytes before where packets come. */
  @ParameterizedTest
  @CsvSource({
    "0, 51", "0, -217", "4, 51", "4, -213", "252, 0", "252, 50", "252, -1", "4, -212", "212, -4",
    "212, -5", "216, 50"
  })
  void whatDoesNotFitChangesNothing(int metadata, int delta) {
    try (AllEngines engines = engines()) {
      assertEquals(2, engines.run(frame(metadata, delta)));
    }
  }

  @Test
  void hardwareDoesTheSame() {
    HardwareRun.same(Assembly.object(MOVE), MachineSpec.preset("hxdp"), 300);
  }

  /** Where metadata was added by the program that made the tail call. */
  @Test
  void metadataOfAnotherProgramMovesAlong() {
    String add =
        """
        r6 = r1; r2 = -8; call 54; r0 = 1
        r2 = *(u32 *)(r6 + 8); r3 = *(u32 *)(r6 + 0); r4 = r2; r4 += 8
        if r4 > r3 goto out
        *(u64 *)(r2 + 0) = 77; r1 = r6; r2 = map 0; r3 = 0; call 12; r0 = 3
        out: exit
        """;
    MapDefinition next =
        MapDefinition.of("next", MapType.PROG_ARRAY, 4, 4, 1, 0)
            .withReferences(List.of(new MapDefinition.Reference(0, "move")));
    XdpObject object =
        Assembly.object(
            List.of(
                Assembly.program("add", add),
                Assembly.program("move", "r2 = -20; call 44; r0 = 2; exit")),
            next);
    try (AllEngines engines = new AllEngines(object)) {
      assertEquals(2, engines.run(frame(0, 0)));
    }
  }

  private static long headMoves(String text) {
    XdpObject object = Assembly.object(text);
    ProgramImage image =
        Compiler.compile(object, object.programs().get(0), MachineSpec.preset("nic100"));
    return image.rows().stream()
        .flatMap(row -> row.slots().stream())
        .filter(slot -> slot instanceof Slot.Call)
        .filter(slot -> ((Slot.Call) slot).helper() == HelperFunction.XDP_ADJUST_HEAD)
        .count();
  }

  @Test
  void onlyPacketsThatMayHaveMetadataAreAsked() {
    String before = "r6 = r1; r2 = -8; call 44; r1 = r6; r2 = -8; call 54; r0 = 2; exit";
    String behind = "r6 = r1; r2 = -8; call 54; r1 = r6; r2 = -8; call 44; r0 = 2; exit";
    assertEquals(1, headMoves(before));
    assertTrue(rows(before) < rows(behind), "loads and stores");
  }

  private static int rows(String text) {
    XdpObject object = Assembly.object(text);
    return Compiler.compile(object, object.programs().get(0), MachineSpec.preset("nic100"))
        .rows()
        .size();
  }
}
