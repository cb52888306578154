package org.weft.sim.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.compiler.Compilation;
import org.weft.compiler.Compiler;
import org.weft.compiler.CompilerOptions;
import org.weft.compiler.object.XdpObject;
import org.weft.compiler.profile.Profile;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;
import org.weft.sim.engine.EngineOptions;
import org.weft.sim.packet.PacketBuffer;
import org.weft.sim.rows.RowsEngine;

/** Counts of jumps, and what the compiler makes of them. */
class BranchCountsTest {
  private static Profile profile(Objects objects, int... lengths) {
    BranchCounts counts = new BranchCounts(objects.object());
    RefEngine engine = objects.engine(counts);
    IntStream.of(lengths).forEach(length -> engine.run(Objects.packet(length)));
    return counts.profiles().get("main");
  }

  @Test
  void jumpsAreCountedByOutcomeAndUnreachedOnesAreAbsent() {
    Objects objects =
        Objects.of(
            """
            r2 = *(u32 *)(r1 + 0)
            r3 = *(u32 *)(r1 + 4)
            r2 += 34
            r0 = 1
            if r2 > r3 goto +2
            if r0 == 1 goto +1
            if r0 == 2 goto +0
            exit
            """);
    assertEquals(
        Map.of(4, new Profile.Outcomes(1, 2), 5, new Profile.Outcomes(2, 0)),
        profile(objects, 60, 20, 61).jumps());
  }

  @Test
  void callsOfAFunctionShareItsCounts() {
    Objects objects =
        Objects.of(
            """
            r1 = 3
            call pc+4
            r1 = 1
            call pc+2
            r0 = 1
            exit
            r0 = r1
            if r1 > 2 goto +1
            r0 = 9
            exit
            """);
    assertEquals(Map.of(7, new Profile.Outcomes(1, 1)), profile(objects, 64).jumps());
  }

  @Test
  void programsThatTailCallsReachHaveTheirOwnCounts() {
    Objects objects =
        Objects.of("if r1 != 0 goto +0\nmap 20\nr3 = 0\ncall 12\nexit")
            .program("other", "r0 = 2\nif r0 != 2 goto +1\nr0 = 1\nexit")
            .map(
                new MapDefinition(
                    "programs",
                    MapType.PROG_ARRAY,
                    4,
                    4,
                    2,
                    0,
                    null,
                    Bytes.EMPTY,
                    List.of(new MapDefinition.Reference(0, "other"))));
    BranchCounts counts = new BranchCounts(objects.object());
    objects.engine(counts).run(Objects.packet(64));
    assertEquals(Map.of(1, new Profile.Outcomes(0, 1)), counts.profiles().get("other").jumps());
    assertEquals(Map.of(0, new Profile.Outcomes(0, 1)), counts.profiles().get("main").jumps());
  }

  /** Programs that are guessed wrong for the packets they get here, of bytes 1, 2, 3 and so on. */
  enum Unusual {
    /** The heuristic has it that the side with more work is the likely one. */
    IDLE_SIDE(
        """
        r6 = *(u32 *)(r1 + 0)
        r7 = *(u32 *)(r1 + 4)
        r2 = r6
        r2 += 34
        if r2 > r7 goto +18
        r3 = *(u8 *)(r6 + 23)
        if r3 > 20 goto +9
        *(u8 *)(r6 + 0) = 1
        *(u8 *)(r6 + 2) = 1
        *(u8 *)(r6 + 4) = 1
        *(u8 *)(r6 + 6) = 1
        *(u8 *)(r6 + 8) = 1
        *(u8 *)(r6 + 10) = 1
        *(u8 *)(r6 + 12) = 1
        r0 = 3
        exit
        r3 = *(u8 *)(r6 + 30)
        r3 *= 7
        r3 += 3
        r3 *= 11
        *(u8 *)(r6 + 0) = r3
        r0 = 2
        exit
        r0 = 1
        exit
        """),

    /** The heuristic has it that lookups hit. */
    MISSES(
        """
        r6 = *(u32 *)(r1 + 0)
        r7 = *(u32 *)(r1 + 4)
        r2 = r6
        r2 += 34
        if r2 > r7 goto +19
        r3 = *(u32 *)(r6 + 26)
        *(u32 *)(r10 - 4) = r3
        map 10
        r2 = r10
        r2 += -4
        call 1
        r3 = *(u8 *)(r6 + 30)
        if r0 != 0 goto +7
        r3 *= 7
        r3 += 3
        r3 *= 11
        r3 += 5
        *(u8 *)(r6 + 0) = r3
        r0 = 2
        exit
        *(u64 *)(r0 + 0) = 1
        r0 = 3
        exit
        r0 = 1
        exit
        """),

    /** The heuristic has it that IPv4 is more frequent than other types. */
    OTHER_TYPE(
        """
        r6 = *(u32 *)(r1 + 0)
        r7 = *(u32 *)(r1 + 4)
        r0 = 1
        r2 = r6
        r2 += 34
        if r2 > r7 goto +10
        r3 = *(u16 *)(r6 + 12)
        if r3 == 8 goto +9
        if r3 == 56710 goto +8
        if r3 == 1544 goto +7
        if r3 == 3597 goto +1
        goto +5
        r3 = *(u8 *)(r6 + 30)
        r3 *= 7
        *(u8 *)(r6 + 0) = r3
        r0 = 3
        exit
        r3 = *(u8 *)(r6 + 23)
        *(u8 *)(r6 + 1) = r3
        r0 = 2
        exit
        """);

    private final String code;

    Unusual(String code) {
      this.code = code;
    }

    Objects objects() {
      return Objects.of(code).map(MapDefinition.of("flows", MapType.HASH, 4, 8, 16, 0));
    }
  }

  private static Compilation compile(XdpObject object, Map<String, Profile> profiles) {
    return Compiler.compile(
        object,
        object.programs().get(0),
        MachineSpec.preset("nic100"),
        new CompilerOptions(
            CompilerOptions.DEFAULT.skipped(), null, CompilerOptions.DEFAULT.watcher(), profiles));
  }

  /** Rows executed for a packet that must have the verdict and bytes that ref gives it. */
  private static long rows(ProgramImage image, Objects objects) {
    RowsEngine rows = new RowsEngine(image, new EngineOptions(2, 7));
    rows.countRows();
    PacketBuffer expected = Objects.packet(64);
    PacketBuffer actual = Objects.packet(64);
    assertEquals(objects.engine().run(expected), rows.run(actual));
    assertEquals(
        Bytes.of(expected.bytes, expected.data, expected.length()),
        Bytes.of(actual.bytes, actual.data, actual.length()));
    assertEquals(rows.rowsExecuted(), LongStream.of(rows.rowCounts()).sum());
    return rows.rowsExecuted();
  }

  @ParameterizedTest
  @EnumSource
  void withAProfileTheUsualWayOfItsPacketsTakesFewerRows(Unusual unusual) {
    Objects objects = unusual.objects();
    int[] lengths = new int[40];
    Arrays.fill(lengths, 64);
    Map<String, Profile> profiles = Map.of("main", profile(objects, lengths));
    long guessed = rows(compile(objects.object(), Map.of()).image(), objects);
    Compilation compilation = compile(objects.object(), profiles);
    long profiled = rows(compilation.image(), objects);
    assertTrue(profiled < guessed, profiled + " rows with the profile, " + guessed + " without");
    assertEquals((double) profiled, compilation.expectedRows().get("main"), 0.1 * profiled);
  }
}
