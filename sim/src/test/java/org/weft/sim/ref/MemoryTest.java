package org.weft.sim.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.ProgramFault;
import org.weft.sim.packet.PacketBuffer;

class MemoryTest {
  private static final String BOUNDS = ": check the bounds before the access";

  private static RefEngine engine(String code) {
    return Objects.of(code.replace("; ", "\n") + "\nr0 = 0\nexit")
        .map(MapDefinition.of("small", MapType.ARRAY, 4, 6, 2, 0))
        .map(MapDefinition.of("fixed", MapType.ARRAY, 4, 8, 1, MapDefinition.RDONLY_PROG))
        .map(MapDefinition.of("secret", MapType.ARRAY, 4, 8, 1, 1 << 8))
        .engine();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r2 + 61)"
            + " | insn 1 | reads 4 bytes at packet offset 61 of 64 bytes",
        "r2 = *(u32 *)(r1 + 0); *(u8 *)(r2 + 64) = 1"
            + " | insn 1 | writes 1 byte at packet offset 64 of 64 bytes",
        "r2 = *(u32 *)(r1 + 0); r3 = *(u8 *)(r2 - 1)"
            + " | insn 1 | reads 1 byte at -1 before a packet with metadata of 0 bytes",
        "r2 = *(u32 *)(r1 + 4); r3 = *(u8 *)(r2 + 0)"
            + " | insn 1 | reads 1 byte at packet offset 64 of 64 bytes",
        "r3 = *(u8 *)(r10 + 0) | insn 0 | reads 1 byte at stack offset 0 of -512 to 0 bytes",
        "r3 = *(u64 *)(r10 - 516) | insn 0 | reads 8 bytes at stack offset -516 of -512 to 0 bytes",
        "value 20 0; r3 = *(u32 *)(r2 + 3)"
            + " | insn 2 | reads 4 bytes at offset 3 of a value of map small of 6 bytes",
        "value 20 0; r3 = *(u8 *)(r2 + 6)"
            + " | insn 2 | reads 1 byte at offset 6 of a value of map small of 6 bytes",
        "value 20 0; r3 = *(u8 *)(r2 + 16)"
            + " | insn 2 | reads 1 byte at offset 0 of a value of map small of 6 bytes",
        "value 20 0; r3 = *(u8 *)(r2 - 1)"
            + " | insn 2 | reads 1 byte at offset -1 of a value of map small of 6 bytes",
      })
  void accessOutsideNamesThePlace(String code, String place, String message) {
    ProgramFault fault =
        assertThrows(ProgramFault.class, () -> engine(code).run(Objects.packet(64)));
    assertEquals(
        "program main, " + place + " (main.c:10): " + message + BOUNDS, fault.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r2 = 0; r3 = *(u32 *)(r2 + 8)"
            + " | reads 4 bytes at null + 8: compare the result of a lookup with 0 before use",
        "r2 = 123456; r3 = *(u32 *)(r2 + 0)"
            + " | reads 4 bytes at 0x1e240, a number: load through a pointer",
        "r3 = *(u8 *)(r1 + 0)"
            + " | reads 1 byte at context offset 0: programs read its fields, 4 bytes each, no more",
        "r3 = *(u64 *)(r1 + 0)"
            + " | reads 8 bytes at context offset 0: programs read its fields, 4 bytes each, no more",
        "r3 = *(s32 *)(r1 + 4)"
            + " | reads 4 bytes at context offset 4: programs read its fields, 4 bytes each, no"
            + " more",
        "r3 = *(u32 *)(r1 + 2) | reads 4 bytes at context offset 2, where no field begins",
        "r3 = *(u32 *)(r1 + 24) | reads 4 bytes at context offset 24, where no field begins",
        "*(u32 *)(r1 + 12) = 1"
            + " | writes 4 bytes at context offset 12: programs read its fields, 4 bytes each, no"
            + " more",
        "map 20; r3 = *(u32 *)(r2 + 0)"
            + " | reads 4 bytes at a map: programs reach it through helpers only",
        "value 21 0; *(u32 *)(r2 + 0) = 1 | writes to read-only map fixed",
        "value 22 0; r3 = *(u32 *)(r2 + 0) | reads from write-only map secret",
      })
  void accessToWhatIsNoMemorySaysSo(String code, String message) {
    ProgramFault fault =
        assertThrows(ProgramFault.class, () -> engine(code).run(Objects.packet(64)));
    assertEquals(
        message, fault.getMessage().substring(fault.getMessage().indexOf("(main.c:10): ") + 13));
  }

  @ParameterizedTest
  @CsvSource({"12, 5", "16, 3", "20, 0"})
  void contextHasTheNumbersOfThePacket(int offset, int value) {
    PacketBuffer packet = Objects.packet(64);
    packet.ingressIfindex = 5;
    packet.rxQueueIndex = 3;
    assertEquals(
        value, Objects.of("r0 = *(u32 *)(r1 + " + offset + ")\nexit").engine().run(packet));
  }

  @Test
  void contextNumbersAreSignExtendedOnRequest() {
    PacketBuffer packet = Objects.packet(64);
    packet.ingressIfindex = -2;
    assertEquals(-1, Objects.of("r0 = *(s32 *)(r1 + 12)\nr0 s>>= 1\nexit").engine().run(packet));
    assertEquals(
        0x7fff_ffff, Objects.of("r0 = *(u32 *)(r1 + 12)\nr0 s>>= 1\nexit").engine().run(packet));
  }

  @ParameterizedTest
  @CsvSource({
    "r2 = *(u32 *)(r1 + 4); r3 = *(u32 *)(r1 + 0); r2 -= r3; r0 = r2, 64",
    "r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 8); r2 -= r3; r0 = r2, 0",
    "r2 = *(u32 *)(r1 + 0); r0 = *(u8 *)(r2 + 63), 64",
    "r2 = *(u32 *)(r1 + 0); *(u64 *)(r10 - 8) = r2; r3 = *(u64 *)(r10 - 8); r0 = *(u8 *)(r3 + 1), 2",
    "r2 = *(u32 *)(r1 + 0); r2 += -300; r3 = *(u32 *)(r1 + 0); r0 = 1; if r2 < r3 goto +1; r0 = 0, 1",
    "r0 = *(u64 *)(r10 - 512), 0",
  })
  void pointersAreNumbersInOrder(String code, int result) {
    RefEngine engine = Objects.of(code.replace("; ", "\n") + "\nexit").engine();
    assertEquals(result, engine.run(Objects.packet(64)));
    assertEquals(result, engine.run(Objects.packet(64)));
  }
}
