package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** What programs do with values that have a spin lock, in all engines. */
class LocksTest {
  /** A value: number, lock, number. */
  private static final MapDefinition HASH =
      MapDefinition.of("hash", MapType.HASH, 4, 16, 8, 0).withLock(8);

  private static final MapDefinition ARRAY =
      MapDefinition.of("array", MapType.ARRAY, 4, 16, 8, 0).withLock(0);

  private static final String LOOKUP =
      """
      *(u32 *)(r10 - 4) = 1
      r2 = r10; r2 += -4; r1 = map 0; call 1
      r6 = r0
      if r6 == 0 goto out
      """;

  /** Puts 16 bytes of ones into the map under key 1 with these flags. */
  private static String update(int flags) {
    return """
    *(u32 *)(r10 - 4) = 1; r1 = -1; *(u64 *)(r10 - 24) = r1; *(u64 *)(r10 - 16) = r1
    r2 = r10; r2 += -4; r3 = r10; r3 += -24; r4 = %d; r1 = map 0; call 2
    """
        .formatted(flags);
  }

  private static AllEngines engines(MapDefinition map, String text) {
    return new AllEngines(Assembly.object(text, map));
  }

  private static byte[] frame() {
    return new byte[64];
  }

  @Test
  void valuesChangeUnderTheirLock() {
    String text =
        LOOKUP
            + """
            r1 = r6; r1 += 8; call 93
            r7 = *(u64 *)(r6 + 0); r7 += 1; *(u64 *)(r6 + 0) = r7
            r8 = *(u32 *)(r6 + 12); r8 += r7; *(u32 *)(r6 + 12) = r8
            r1 = r6; r1 += 8; call 94
            r0 = r8; exit
            out: r0 = 99; exit
            """;
    try (AllEngines engines = engines(HASH, text)) {
      assertEquals(99, engines.run(frame()));
      engines.put("01000000", "05000000000000000000000000000000");
      assertEquals(6, engines.run(frame()));
      assertEquals(13, engines.run(frame()));
      assertEquals("0700000000000000000000000d000000", engines.value("01000000"));
    }
  }

  @Test
  void lockMayBeTakenInACallbackAndGivenBackInAFunction() {
    String text =
        LOOKUP
            + """
            *(u64 *)(r10 - 16) = r6
            r1 = 3; r2 = function turn; r3 = r10; r3 += -16; r4 = 0; call 181
            exit
            turn: r6 = *(u64 *)(r2 + 0); r1 = r6; call 93
            r7 = *(u64 *)(r6 + 8); r7 += 2; *(u64 *)(r6 + 8) = r7
            r1 = r6; call unlock
            r0 = 0; exit
            unlock: call 94; r0 = 0; exit
            out: r0 = 99; exit
            """;
    // The label is of the program itself: functions come behind it.
    String ordered = text.replace("exit\nturn:", "exit\nout: r0 = 99; exit\nturn:");
    ordered = ordered.substring(0, ordered.lastIndexOf("out:"));
    try (AllEngines engines = engines(ARRAY, ordered)) {
      assertEquals(3, engines.run(frame()));
      assertEquals("00000000000000000600000000000000", engines.value("01000000"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // BPF_ANY, NOEXIST, EXIST, each also with BPF_F_LOCK; and flags that there are not.
    "0, 0, 0",
    "1, 0, -17",
    "2, -2, 0",
    "4, 0, 0",
    "5, 0, -17",
    "6, -2, 0",
    "8, -22, -22"
  })
  void updatesLeaveTheLockAlone(int flags, int first, int second) {
    try (AllEngines engines = engines(HASH, update(flags) + "exit")) {
      assertEquals(first, engines.run(frame()));
      engines.put("01000000", "05000000000000001122334400000000");
      assertEquals("05000000000000000000000000000000", engines.value("01000000"));
      assertEquals(second, engines.run(frame()));
      assertEquals(
          second == 0 ? "ffffffffffffffff00000000ffffffff" : "05000000000000000000000000000000",
          engines.value("01000000"));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, -17", "2, 0", "4, 0", "6, 0", "8, -22"})
  void updatesOfArraysDoToo(int flags, int result) {
    try (AllEngines engines = engines(ARRAY, update(flags) + "exit")) {
      assertEquals(result, engines.run(frame()));
      if (result == 0) {
        assertEquals("00000000ffffffffffffffffffffffff", engines.value("01000000"));
      }
    }
  }

  @Test
  void valueThatWasUpdatedAndIsStillHeldIsTheOldOne() {
    String text =
        LOOKUP
            + update(0)
            + """
            r1 = r6; r1 += 8; call 93
            r7 = *(u64 *)(r6 + 0); *(u64 *)(r6 + 0) = 3
            r1 = r6; r1 += 8; call 94
            r0 = r7; exit
            out: r0 = 99; exit
            """;
    try (AllEngines engines = engines(HASH, text)) {
      engines.put("01000000", "05000000000000000000000000000000");
      assertEquals(5, engines.run(frame()));
      assertEquals("ffffffffffffffff00000000ffffffff", engines.value("01000000"));
    }
  }

  /**
   * Key and flags, and which way, are the packet's: takes the entry out, or puts 20 bytes into it,
   * and reads them under the lock.
   */
  private static final String BUSY =
      """
      r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 40; r0 = 1
      if r4 > r3 goto out
      r6 = r2; r1 = *(u8 *)(r6 + 1); r1 &= 3; *(u32 *)(r10 - 4) = r1
      r7 = *(u8 *)(r6 + 2); r7 &= 7
      r8 = *(u8 *)(r6 + 3)
      if r8 < 200 goto put
      r2 = r10; r2 += -4; r1 = map 0; call 3; *(u32 *)(r6 + 4) = r0; r0 = 3; exit
      put: r2 = r10; r2 += -4; r3 = r6; r3 += 8; r4 = r7; r1 = map 0; call 2; *(u32 *)(r6 + 4) = r0
      r2 = r10; r2 += -4; r1 = map 0; call 1; r7 = r0; r0 = 3
      if r7 == 0 goto out
      r1 = r7; r1 += 8; call 93
      r8 = *(u64 *)(r7 + 0); r9 = *(u32 *)(r7 + 12); r5 = *(u32 *)(r7 + 16)
      *(u32 *)(r10 - 8) = r5
      r1 = r7; r1 += 8; call 94
      r5 = *(u32 *)(r10 - 8); *(u32 *)(r6 + 28) = r5; *(u64 *)(r6 + 8) = r8
      *(u32 *)(r6 + 20) = r9; r0 = 3
      out: exit
      """;

  private static MapDefinition busy(MapType type) {
    return MapDefinition.of("busy", type, 4, 20, 3, 0).withLock(8);
  }

  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "ARRAY"})
  void flagsMayBeThePackets(MapType type) {
    Random random = new Random(11);
    try (AllEngines engines = engines(busy(type), BUSY)) {
      for (int i = 0; i < 300; i++) {
        byte[] frame = frame();
        random.nextBytes(frame);
        assertEquals(3, engines.run(frame));
      }
      for (int key = 0; key < 3; key++) {
        engines.value("0" + key + "000000");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MapType.class,
      names = {"HASH", "ARRAY"})
  void hardwareDoesTheSame(MapType type) {
    HardwareRun.same(Assembly.object(BUSY, busy(type)), MachineSpec.preset("hxdp"), 600);
  }
}
