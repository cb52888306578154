package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Slot;
import org.weft.isa.xdp.MapDefinition;

/** What callbacks of {@code bpf_loop} do, in all engines. */
class CallbacksTest {
  /** Loads the packet's first eight bytes into r7, or leaves. */
  private static final String FIRST =
      """
      r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 14
      if r4 <= r3 goto long
      r0 = 99; exit
      long: r7 = *(u64 *)(r2 + 0)
      """;

  /** Adds its turn to what the caller's stack holds, and stops when that is over 20. */
  private static final String ADD =
      """
      add: r3 = *(u64 *)(r2 + 0); r3 += r1; r3 += 1; *(u64 *)(r2 + 0) = r3
      r0 = 0
      if r3 <= 20 goto on
      r0 = 1
      on: exit
      """;

  private static byte[] frame(int... first) {
    byte[] frame = new byte[64];
    for (int i = 0; i < first.length; i++) {
      frame[i] = (byte) first[i];
    }
    return frame;
  }

  private static int run(String text, byte[] frame, MapDefinition... maps) {
    try (AllEngines engines = new AllEngines(Assembly.object(text, maps))) {
      return engines.run(frame);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1, 1, 1", "3, 3, 6", "6, 6, 21", "7, 6, 21", "255, 6, 21"})
  void turnsAreCountedAndStopped(int turns, int done, int sum) {
    String text =
        FIRST
            + """
            r7 &= 255; *(u64 *)(r10 - 8) = 0
            r1 = r7; r2 = function add; r3 = r10; r3 += -8; r4 = 0; call 181
            r0 <<= 16; r1 = *(u64 *)(r10 - 8); r0 += r1; exit
            """
            + ADD;
    assertEquals(done << 16 | sum, run(text, frame(turns)));
  }

  @ParameterizedTest
  @CsvSource({"1", "4", "9"})
  void constantTurnsAreTakenOneByOne(int turns) {
    String text =
        """
        *(u64 *)(r10 - 8) = 0
        r1 = %d; r2 = function add; r3 = r10; r3 += -8; r4 = 0; call 181
        r0 <<= 16; r1 = *(u64 *)(r10 - 8); r0 += r1; exit
        """
            .formatted(turns);
    int done = Math.min(turns, 6);
    int expected = done << 16 | done * (done + 1) / 2;
    assertEquals(expected, run(text + ADD, frame()));
  }

  @Test
  void fewConstantTurnsLeaveNoLoop() {
    String text =
        """
        *(u64 *)(r10 - 8) = 0
        r1 = 4; r2 = function add; r3 = r10; r3 += -8; r4 = 0; call 181
        r0 = *(u64 *)(r10 - 8); exit
        """;
    XdpObject object = Assembly.object(text + ADD);
    ProgramImage image =
        Compiler.compile(object, object.programs().get(0), MachineSpec.preset("nic100"));
    for (int row = 0; row < image.rows().size(); row++) {
      for (Slot slot : image.rows().get(row).slots()) {
        assertTrue(!(slot instanceof Slot.Branch branch) || branch.target() > row, "row " + row);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // Flags come first; 2^23 turns are the most.
    "8388608, 0, 1",
    "8388609, 0, -7",
    "-1, 0, -7",
    "5, 1, -22",
    "-1, 1, -22",
    "0, 1, -22"
  })
  void whatLinuxDoesNotTakeGivesItsErrors(int turns, int flags, int result) {
    String text =
        """
        w1 = %d; r2 = function stop; r3 = 0; r4 = %d; call 181
        exit
        stop: r0 = 1; exit
        """;
    assertEquals(result, run(text.formatted(turns, flags), frame()));
  }

  @Test
  void errorOfTooManyTurnsHas32Bits() {
    String text =
        """
        w1 = 8388609; r2 = function stop; r3 = 0; r4 = 0; call 181
        r0 >>= 32; exit
        stop: r0 = 1; exit
        """;
    assertEquals(0, run(text, frame()));
  }

  @Test
  void mostTurnsAreDone() {
    String text =
        """
        w1 = 8388608; r2 = function more; r3 = 0; r4 = 0; call 181
        exit
        more: r0 = 0; exit
        """;
    // Not in sim, where it would take as many clocks as turns, and more.
    assertEquals(8388608, RefAndRows.run(Assembly.object(text), frame()));
  }

  @Test
  void loopsNestAndCallsDo() {
    String text =
        FIRST
            + """
            r7 &= 7; r7 += 1; *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = r7
            r1 = r7; r2 = function outer; r3 = r10; r3 += -16; r4 = 0; call 181
            r0 = *(u64 *)(r10 - 8); exit
            outer: r6 = r2; r1 = *(u64 *)(r2 + 0); r1 &= 15
            r2 = function inner; r3 = r6; r4 = 0
            *(u64 *)(r10 - 8) = r1
            call 181; r0 = 0; exit
            inner: r6 = r2; r7 = r1; r1 = r7; call twice
            r1 = *(u64 *)(r6 + 8); r1 += r0; *(u64 *)(r6 + 8) = r1; r0 = 0; exit
            twice: r0 = r1; r0 += r1; r0 += 1; exit
            """;
    // turns times the sum of 2 i + 1 below turns: n to the third.
    assertEquals(216, run(text, frame(5)));
  }

  @ParameterizedTest
  @CsvSource({"0, 3", "1, 30"})
  void whichCallbackItIsMayDependOnThePacket(int which, int result) {
    String text =
        FIRST
            + """
            r7 &= 1; *(u64 *)(r10 - 8) = 0; r2 = function one
            if r7 == 0 goto call
            r2 = function ten
            call: r1 = 3; r3 = r10; r3 += -8; r4 = 0; call 181
            r0 = *(u64 *)(r10 - 8); exit
            one: r3 = *(u64 *)(r2 + 0); r3 += 1; *(u64 *)(r2 + 0) = r3; r0 = 0; exit
            ten: r3 = *(u64 *)(r2 + 0); r3 += 10; *(u64 *)(r2 + 0) = r3; r0 = 0; exit
            """;
    assertEquals(result, run(text, frame(which)));
  }

  @Test
  void savedRegistersAreTheCallers() {
    String text =
        """
        r6 = 1; r7 = 2; r8 = 3; r9 = 4
        r1 = 3; r2 = function spoil; r3 = 0; r4 = 0; call 181
        r0 <<= 4; r0 += r6; r0 <<= 4; r0 += r7; r0 <<= 4; r0 += r8; r0 <<= 4; r0 += r9; exit
        spoil: r6 = 9; r7 = 9; r8 = 9; r9 = 9; r0 = 0; exit
        """;
    assertEquals(0x31234, run(text, frame()));
  }

  @Test
  void packetIsReadAndWrittenThroughPointersOnTheCallersStack() {
    String text =
        """
        r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4)
        *(u64 *)(r10 - 16) = r2; *(u64 *)(r10 - 8) = r3
        r1 = 100; r2 = function invert; r3 = r10; r3 += -16; r4 = 0; call 181
        exit
        invert: r3 = *(u64 *)(r2 + 0); r4 = *(u64 *)(r2 + 8); r0 = 1
        if r1 > 200 goto out
        r3 += r1; r5 = r3; r5 += 1
        if r5 > r4 goto out
        r0 = *(u8 *)(r3 + 0); r0 ^= 255; *(u8 *)(r3 + 0) = r0; r0 = 0
        out: exit
        """;
    assertEquals(65, run(text, frame(1, 2, 3)));
  }

  /** Where paths are told apart for one access, a pointer that is null on some is one elsewhere. */
  @ParameterizedTest
  @CsvSource({"0, 0, 263", "0, 1, 256", "1, 0, 7", "1, 1, 257"})
  void pointerThatMayBeNullIsFollowedBesideOneIntoSeveralKindsOfMemory(
      int first, int second, int expected) {
    String text =
        """
        r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 14; r0 = 99
        if r4 > r3 goto out
        r4 = *(u8 *)(r2 + 1); r5 = 0
        if r4 != 0 goto null
        r5 = r2
        null: *(u64 *)(r10 - 8) = r5; *(u64 *)(r10 - 16) = 256
        r5 = r10; r5 += -16; r4 = *(u8 *)(r2 + 0)
        if r4 == 0 goto stack
        r5 = r2
        stack: r0 = *(u16 *)(r5 + 0); r2 = *(u64 *)(r10 - 8)
        if r2 == 0 goto out
        r1 = *(u8 *)(r2 + 2); r0 |= r1; r0 &= 65535
        out: exit
        """;
    assertEquals(expected, RefAndRows.run(Assembly.object(text), frame(first, second, 7)));
  }
}
