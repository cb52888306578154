package org.weft.sim.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

class ValidatorTest {
  private static final MapDefinition HASH = MapDefinition.of("hash", MapType.HASH, 4, 8, 16, 0);
  private static final MapDefinition ARRAY = MapDefinition.of("array", MapType.ARRAY, 4, 8, 4, 0);
  private static final MapDefinition DEVICES =
      MapDefinition.of("devices", MapType.DEVMAP, 4, 4, 64, 0);

  /** Leaves with 1 unless the packet has 64 bytes; r6 is the context, r7 the packet. */
  private static final String HEAD =
      """
      r6 = r1
      r7 = *(u32 *)(r1 + 0)
      r3 = *(u32 *)(r1 + 4)
      r2 = r7
      r2 += 64
      r0 = 1
      if r2 > r3 goto +%d
      """;

  private static final ValidationOptions OPTIONS = new ValidationOptions(20_000, 5, 2);

  /** The program with the head before it; it ends with its only exit. */
  private static Program behindHead(String text) {
    Program body = Programs.of(text);
    List<Instruction> code = new ArrayList<>();
    code.addAll(Programs.of(HEAD.formatted(body.code().size() - 1)).code());
    code.addAll(body.code());
    return new Program("main", "xdp", code, body.functions(), List.of());
  }

  private static Validation validate(Program program, MapDefinition... maps) {
    XdpObject object = new XdpObject("x.o", List.of(program), List.of(maps), "", List.of());
    ProgramImage image = Compiler.compile(object, program, MachineSpec.preset("nic100"));
    Validation validation = Validator.validate(object, program, image, OPTIONS);
    assertEquals(List.of(), validation.differences());
    assertEquals(0, validation.faults(), validation.firstFault());
    return validation;
  }

  private static void reachesAll(Program program, MapDefinition... maps) {
    assertEquals(List.of(), validate(program, maps).unreached());
  }

  @Test
  void findsMagicNumbersInTheirPlaces() {
    reachesAll(
        behindHead(
            """
            r1 = *(u32 *)(r7 + 38)
            r2 = 3405691582 ll
            if r1 != r2 goto +4
            r1 = *(u64 *)(r7 + 46)
            r2 = 81985529216486895 ll
            if r1 != r2 goto +1
            r0 = 2
            exit
            """));
  }

  @Test
  void findsWhatIsSwappedMaskedAndShifted() {
    reachesAll(
        behindHead(
            """
            r1 = *(u16 *)(r7 + 31)
            r1 = be16 r1
            if w1 != 52719 goto +6
            r1 = *(u8 *)(r7 + 40)
            r2 = *(u8 *)(r7 + 41)
            w1 <<= 2
            w1 &= 60
            w2 >>= 6
            w1 |= w2
            if w1 != 46 goto +1
            r0 = 2
            exit
            """));
  }

  @Test
  void findsSumsOfSeveralBytes() {
    reachesAll(
        behindHead(
            """
            r1 = *(u8 *)(r7 + 20)
            r2 = *(u16 *)(r7 + 30)
            r1 *= 300
            r1 += r2
            r2 = *(u8 *)(r7 + 44)
            r1 += r2
            if r1 != 77777 goto +1
            r0 = 2
            exit
            """));
  }

  @Test
  void findsLengths() {
    reachesAll(
        behindHead(
            """
            r1 = *(u32 *)(r6 + 4)
            r1 -= r7
            if r1 != 1237 goto +1
            r0 = 2
            if r1 <= 3519 goto +1
            r0 = 3
            exit
            """));
  }

  @Test
  void putsInMapsWhatIsLookedUpAndGivesItTheValueThatIsAskedFor() {
    String lookup =
        """
        r1 = *(u32 *)(r7 + 26)
        *(u32 *)(r10 - 4) = r1
        map
        r2 = r10
        r2 += -4
        call 1
        r1 = r0
        r0 = 1
        if r1 == 0 goto +4
        r2 = *(u64 *)(r1 + 0)
        r2 >>= 3
        if r2 != 7777777 goto +1
        r0 = 2
        exit
        """;
    reachesAll(behindHead(lookup), HASH);
    reachesAll(behindHead(lookup), ARRAY);
  }

  @Test
  void findsBothWaysOfARedirect() {
    Program program =
        behindHead(
            """
            r2 = *(u8 *)(r7 + 30)
            map
            r3 = 1
            call 51
            exit
            """);
    Validation validation = validate(program, DEVICES);
    assertEquals(4, validation.edges());
    assertEquals(4, validation.reached());
  }

  @Test
  void findsTimesClosely() {
    reachesAll(
        behindHead(
            """
            r1 = *(u32 *)(r7 + 26)
            *(u32 *)(r10 - 4) = r1
            map
            r2 = r10
            r2 += -4
            call 1
            r8 = r0
            r0 = 1
            if r8 == 0 goto +7
            call 5
            r1 = *(u64 *)(r8 + 0)
            r0 -= r1
            if r0 > 1000000 goto +2
            r0 = 2
            goto +1
            r0 = 1
            exit
            """),
        HASH);
  }

  @Test
  void theSameSeedGivesTheSameResult() {
    Program program = behindHead("r1 = *(u32 *)(r7 + 30)\nif w1 != 12345 goto +1\nr0 = 2\nexit");
    assertEquals(validate(program), validate(program));
  }

  @Test
  void whatCannotBeReachedIsNamed() {
    Validation validation =
        validate(
            behindHead(
                "r1 = *(u8 *)(r7 + 30)\nr2 = r1\nr2 -= r1\nif r2 == 0 goto +1\nr0 = 2\nexit"));
    assertEquals(4, validation.edges());
    assertEquals(
        List.of("insn 10 not taken"), validation.unreached().stream().map(Edge::toString).toList());
  }

  @Test
  void whatIsProvedImpossibleIsCountedApart() {
    Validation validation =
        validate(behindHead("r1 = *(u8 *)(r7 + 30)\nw1 &= 15\nif w1 != 16 goto +1\nr0 = 2\nexit"));
    assertEquals(3, validation.reached());
    assertEquals(3, validation.edges());
    assertEquals(1, validation.impossible());
  }

  @Test
  void keysAreFollowedWhereTheyAreMadeOfWhatIsComparedLater() {
    reachesAll(
        behindHead(
            """
            r6 = *(u8 *)(r7 + 23)
            r1 = *(u32 *)(r7 + 26)
            r1 += r6
            *(u32 *)(r10 - 4) = r1
            map
            r2 = r10
            r2 += -4
            call 1
            r1 = r0
            r0 = 1
            if r1 == 0 goto +2
            if r6 != 199 goto +1
            r0 = 2
            exit
            """),
        HASH);
  }

  @Test
  void aWrongImageIsFoundAndTheReportIsSmall() {
    Program right = behindHead("r1 = *(u16 *)(r7 + 30)\nif w1 != 4660 goto +1\nr0 = 2\nexit");
    Program wrong = behindHead("r1 = *(u16 *)(r7 + 30)\nif w1 != 4661 goto +1\nr0 = 2\nexit");
    XdpObject object = new XdpObject("x.o", List.of(right), List.of(), "", List.of());
    XdpObject other = new XdpObject("x.o", List.of(wrong), List.of(), "", List.of());
    ProgramImage image = Compiler.compile(other, wrong, MachineSpec.preset("nic100"));
    Validation validation = Validator.validate(object, right, image, OPTIONS);
    assertTrue(validation.differing() > 0);
    Difference difference = validation.differences().get(0);
    assertEquals(64, difference.frame().length());
    int set = 0;
    for (int i = 0; i < 64; i++) {
      set += difference.frame().at(i) == 0 ? 0 : 1;
    }
    assertEquals(2, set);
    assertTrue(difference.texts().get(0).startsWith("returns: ref "), difference.texts()::toString);
    assertEquals(List.of(), difference.maps());
    assertFalse(validation.differences().size() > 2);
  }
}
