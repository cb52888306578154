package org.weft.sim.rtl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.isa.RefusedException;
import org.weft.isa.image.ImageCheck;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.RowParser;
import org.weft.sim.engine.Engine;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.nic.NicEngine;
import org.weft.sim.packet.PacketBuffer;

/** Engine rtl gives what the hardware makes of a packet, or says what the hardware lacks. */
final class RtlEngineTest {
  private static ProgramImage image(String... rows) {
    ProgramImage image =
        new ProgramImage(
            MachineSpec.preset("hxdp"),
            RowParser.parse(String.join("\n", rows)),
            List.of(),
            List.of(new ProgramImage.Entry("main", 3)),
            List.of(new ProgramImage.Origin(1, 0, 0, 7, "main.c", 12)));
    ImageCheck.check(image);
    return image;
  }

  private static PacketBuffer packet(int number, int bytes) {
    byte[] frame = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      frame[i] = (byte) (i * 7 + number);
    }
    PacketBuffer packet = new PacketBuffer();
    packet.number = number;
    packet.receive(frame, 0, bytes);
    return packet;
  }

  @Test
  void givesBytesVerdictRowsAndClocksOfEachPacket() {
    ProgramImage image =
        image(
            "exit TX if r1 < 128 | store16 pkt[3] = r2",
            "store8 pkt[0] = 9 | nop | nop | r3 = div r1, 3",
            "exit r3",
            "nop | r1 = load8 pkt[0] | r2 = load16swap pkt[20]",
            "goto 0");
    try (Engine rtl = new RtlEngine(image, EngineOptions.DEFAULT)) {
      Engine sim = new NicEngine(image, EngineOptions.DEFAULT, 1);
      for (int i = 0; i < 40; i++) {
        PacketBuffer one = packet(13 * i, 60 + 35 * i);
        PacketBuffer two = packet(13 * i, 60 + 35 * i);
        String at = "packet " + i;
        assertEquals(sim.run(one), rtl.run(two), at);
        assertEquals(sim.cycles(), rtl.cycles(), at);
        assertEquals(sim.rowsExecuted(), rtl.rowsExecuted(), at);
        if (rtl.hidesPacket().isEmpty()) {
          assertArrayEquals(
              Arrays.copyOfRange(one.bytes, one.data, one.dataEnd),
              Arrays.copyOfRange(two.bytes, two.data, two.dataEnd),
              at);
        }
      }
    }
  }

  /** Numbers of packets are those of the trace, which may have had others between them. */
  @Test
  void randomNumbersFollowFromSeedAndNumbersOfPackets() {
    ProgramImage image =
        image(
            "store32 pkt[0] = r4 | r5 = call get_prandom_u32()",
            "store32 pkt[4] = r5 | exit TX",
            "nop",
            "r4 = call get_prandom_u32()",
            "goto 0");
    EngineOptions options = new EngineOptions(1, 0x123456789abcdefL);
    try (Engine rtl = new RtlEngine(image, options)) {
      Engine sim = new NicEngine(image, options, 1);
      for (int number : new int[] {0, 1, 7, 6, 1 << 30}) {
        PacketBuffer one = packet(number, 60);
        PacketBuffer two = packet(number, 60);
        assertEquals(sim.run(one), rtl.run(two));
        assertEquals(sim.cycles(), rtl.cycles());
        assertArrayEquals(
            Arrays.copyOfRange(one.bytes, one.data, one.dataEnd),
            Arrays.copyOfRange(two.bytes, two.data, two.dataEnd),
            "packet " + number);
      }
    }
  }

  @Test
  void framesThatTheMachineDoesNotHoldAreRefused() {
    try (Engine rtl =
        new RtlEngine(image("nop", "nop", "nop", "exit PASS"), EngineOptions.DEFAULT)) {
      assertEquals("frame under 14 bytes", rtl.refuses(packet(0, 13)).orElseThrow());
      assertTrue(rtl.refuses(packet(0, 14)).isEmpty());
      assertTrue(rtl.refuses(packet(0, 1536)).isEmpty());
      assertTrue(rtl.refuses(packet(0, 1537)).orElseThrow().startsWith("frame over 1536 bytes"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r0 = call get_smp_processor_id() -> helper get_smp_processor_id",
        "r0 = call trace_printk(stk 0, r2, r1, r2, r3) -> helper trace_printk",
        "r0 = call csum_diff(stk 0, r2, map r6, r1, r2) -> memory argument in a map's value",
        "atomic_add stk[8], r1 -> atomic operation on packet or stack",
      })
  void whatTheHardwareLacksIsNamed(String example) {
    String[] parts = example.split(" -> ");
    ProgramImage image = image("nop", parts[0], "exit PASS", "exit DROP");
    RefusedException refused =
        assertThrows(
            RefusedException.class, () -> new RtlEngine(image, EngineOptions.DEFAULT).close());
    assertEquals(
        "program main, row 1, insn 7 (main.c:12): "
            + parts[1]
            + ": the hardware has no unit for it; run it in engine sim",
        refused.getMessage());
  }
}
