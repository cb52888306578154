package org.weft.sim.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.object.Program;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

class ImpossibleTest {
  private static final MapDefinition ARRAY = MapDefinition.of("array", MapType.ARRAY, 4, 8, 4, 0);
  private static final MapDefinition HASH = MapDefinition.of("hash", MapType.HASH, 4, 8, 4, 0);

  /** What stands before leaves the key in r3. */
  private static final String LOOKUP =
      """
      *(u32 *)(r10 - 4) = r3
      r2 = r10
      r2 += -4
      map
      call 1
      if r0 == 0 goto +1
      r0 = 2
      exit
      """;

  /** The outcomes of jumps that are impossible. */
  private static List<String> impossible(String text, MapDefinition... maps) {
    Program program = Programs.of(text);
    BitSet edges = Impossible.edges(program, List.of(maps));
    List<String> names = new ArrayList<>();
    for (int i = edges.nextSetBit(0); i >= 0; i = edges.nextSetBit(i + 1)) {
      if (program.code().get(i / 2) instanceof Instruction.Jump) {
        names.add(i / 2 + (i % 2 == 0 ? " not taken" : " taken"));
      }
    }
    return names;
  }

  @Test
  void lookupsInsideAnArrayAlwaysFind() {
    assertEquals(List.of("7 taken"), impossible("r3 = 3\n" + LOOKUP, ARRAY));
    assertEquals(List.of(), impossible("r3 = 4\n" + LOOKUP, ARRAY));
    assertEquals(List.of(), impossible("r3 = 3\n" + LOOKUP, HASH));
  }

  @Test
  void rangesOfIndexesComeFromMasksLoadsAndComparisons() {
    String load = "r3 = *(u32 *)(r1 + 16)\n";
    assertEquals(List.of("8 taken"), impossible(load + "w3 &= 3\n" + LOOKUP, ARRAY));
    assertEquals(List.of(), impossible(load + "w3 &= 7\n" + LOOKUP, ARRAY));
    String limit = load + "if r3 < 3 goto +1\nr3 = 3\n";
    assertEquals(List.of("9 taken"), impossible(limit + LOOKUP, ARRAY));
    assertEquals(List.of(), impossible(limit.replace("< 3", "<= 4") + LOOKUP, ARRAY));
    assertEquals(List.of("9 taken"), impossible(load + "w3 >>= 30\nw3 += 0\n" + LOOKUP, ARRAY));
  }

  @Test
  void aKeyThatMayHaveBeenOverwrittenSaysNothing() {
    String overwrite = LOOKUP.replace("map", "r5 = r10\nr5 += r4\n*(u8 *)(r5 + 0) = 9\nmap");
    assertEquals(List.of(), impossible("r4 = *(u32 *)(r1 + 12)\nr3 = 1\n" + overwrite, ARRAY));
    String part = LOOKUP.replace("map", "*(u8 *)(r10 - 2) = 9\nmap");
    assertEquals(List.of(), impossible("r3 = 1\n" + part, ARRAY));
  }

  @Test
  void callbackMayWriteToTheStack() {
    String test = "r1 = *(u32 *)(r10 - 8)\nif r1 > 1 goto +1\nr0 = 2\nexit";
    String store = "*(u32 *)(r10 - 8) = 0\n";
    assertEquals(List.of("2 taken"), impossible(store + test));
    String loop =
        """
        r1 = 4
        r2 = 424242 ll
        r3 = r10
        r3 += -8
        r4 = 0
        call 181
        """;
    assertEquals(List.of(), impossible(store + loop + test));
  }

  @Test
  void comparisonsThatRangesDecideAreImpossibleToTurn() {
    String load = "r3 = *(u32 *)(r1 + 16)\nw3 &= 15\nr0 = 1\n";
    assertEquals(List.of("3 taken"), impossible(load + "if r3 > 15 goto +1\nr0 = 2\nexit"));
    assertEquals(List.of(), impossible(load + "if r3 > 14 goto +1\nr0 = 2\nexit"));
    assertEquals(List.of("3 taken"), impossible(load + "if r3 & 16 goto +1\nr0 = 2\nexit"));
    assertEquals(List.of(), impossible(load + "if w3 s> -1 goto +1\nr0 = 2\nexit"));
    String excluded = load + "if r3 == 15 goto +2\nif r3 > 14 goto +1\nr0 = 2\nexit";
    assertEquals(List.of("4 taken"), impossible(excluded));
  }

  @Test
  void whatIsBehindAnImpossibleJumpIsImpossible() {
    String text = "r0 = 1\nif r0 == 1 goto +2\nif r1 == 7 goto +1\nr0 = 2\nexit";
    assertEquals(List.of("1 not taken", "2 not taken", "2 taken"), impossible(text));
  }

  @Test
  void loopsEndAndWhatTheyCountIsNotTakenForConstant() {
    String loop = "r0 = 0\nr0 += 1\nif r0 == 1000 goto +1\ngoto -3\nexit";
    assertEquals(List.of(), impossible(loop));
  }
}
