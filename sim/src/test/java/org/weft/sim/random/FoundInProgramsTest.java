package org.weft.sim.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** What programs that people wrote found, in a few instructions each. */
final class FoundInProgramsTest {

  /** The compiler of C makes one store of two, at an address that the way to it decides. */
  @Test
  void pointerStoredToOneOfTwoSlotsIsFoundAgain() {
    same(
        """
        r6 = *(u32 *)(r1 + 0)
        r7 = *(u32 *)(r1 + 4)
        r2 = r6
        r2 += 14
        r0 = 1
        if r2 > r7 goto +15
        r2 = 0
        *(u64 *)(r10 - 8) = r2
        *(u64 *)(r10 - 16) = r2
        r3 = *(u8 *)(r6 + 5)
        r4 = r10
        r4 += -8
        if r3 & 1 goto +1
        r4 += -8
        *(u64 *)(r4 + 0) = r6
        r8 = *(u64 *)(r10 - 8)
        if r8 == 0 goto +1
        r0 = *(u8 *)(r8 + 1)
        r8 = *(u64 *)(r10 - 16)
        if r8 == 0 goto +1
        r0 = *(u8 *)(r8 + 2)
        exit
        """);
  }

  @Test
  void pointerStoredToOneOfTwoSlotsTakesThePlaceOfAnotherKindOfPointer() {
    same(
        """
        r6 = *(u32 *)(r1 + 0)
        r7 = *(u32 *)(r1 + 4)
        r2 = r6
        r2 += 14
        r0 = 1
        if r2 > r7 goto +14
        r9 = 424242 ll
        r2 = 77
        *(u32 *)(r9 + 4) = r2
        *(u64 *)(r10 - 8) = r9
        *(u64 *)(r10 - 16) = r9
        r3 = *(u8 *)(r6 + 5)
        r4 = r10
        r4 += -8
        if r3 & 1 goto +1
        r4 += -8
        *(u64 *)(r4 + 0) = r6
        r8 = *(u64 *)(r10 - 8)
        r0 = *(u8 *)(r8 + 4)
        exit
        """);
  }

  /** Behind a short packet there are zeros. */
  @Test
  void probedBytesOfThePacketAreCopied() {
    same(
        """
        r6 = *(u32 *)(r1 + 0)
        r9 = 424242 ll
        r1 = r10
        r1 += -160
        r2 = 155
        r3 = r6
        call 113
        r7 = r0
        r1 = r9
        r1 += 1
        r2 = 147
        r3 = r10
        r3 += -160
        call 113
        r7 |= r0
        r1 = r10
        r1 += -160
        r2 = 3
        r3 = r9
        r3 += 7
        call 113
        r0 |= r7
        r1 = *(u32 *)(r10 - 160)
        r0 += r1
        exit
        """);
  }

  /** What the first turn leaves in the upper half has to be zero for the second one. */
  @Test
  void shiftsOfATurnAreNoRotationWhereTheUpperHalfIsReadOnlyByIt() {
    same(
        """
        r9 = 2145163361
        r8 = 3
        r3 = r9
        w3 &= -33554432
        r3 >>= 25
        r9 <<= 39
        w9 ^= w3
        r8 += -1
        if r8 != 0 goto -7
        r0 = 424242 ll
        *(u32 *)(r0 + 8) = r9
        r0 = 1
        exit
        """);
  }

  /** The same on every engine and machine. */
  private static void same(String text) {
    MapDefinition results = MapDefinition.of("results", MapType.ARRAY, 4, 152, 1, 0);
    List<Instruction> code = new ArrayList<>(Parser.parse(text));
    code.replaceAll(
        instruction ->
            instruction instanceof Instruction.LoadImmediate load && load.value() == 424242
                ? new Instruction.LoadImmediate(load.dst(), ImmediateKind.MAP_INDEX_VALUE, 0)
                : instruction);
    Program main =
        new Program("main", "xdp", code, List.of(new Program.Function(0, "main")), List.of());
    XdpObject object = new XdpObject("test.o", List.of(main), List.of(results), "GPL", List.of());
    Differential differential = new Differential(false);
    assertEquals("", differential.differences(1, object));
    assertTrue(differential.compiled().containsKey("hxdp"), differential.refusals()::toString);
  }
}
