package org.weft.compiler.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.Compiler;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.object.Program;
import org.weft.compiler.object.XdpObject;
import org.weft.isa.RefusedException;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** What is safe passes, and what differs from it in one thing does not. */
class VerifierTest {
  private static final List<MapDefinition> MAPS =
      List.of(
          MapDefinition.of("hash", MapType.HASH, 4, 16, 8, 0),
          MapDefinition.of("array", MapType.ARRAY, 4, 16, 8, 0),
          MapDefinition.of("devices", MapType.DEVMAP, 4, 4, 8, 0),
          MapDefinition.of("programs", MapType.PROG_ARRAY, 4, 4, 8, 0),
          MapDefinition.of("events", MapType.PERF_EVENT_ARRAY, 4, 4, 8, 0),
          new MapDefinition(
              "maps",
              MapType.ARRAY_OF_MAPS,
              4,
              4,
              2,
              0,
              MapDefinition.of("inner", MapType.HASH, 4, 8, 4, 0),
              Bytes.EMPTY,
              List.of()),
          new MapDefinition(
              ".rodata",
              MapType.ARRAY,
              4,
              8,
              1,
              MapDefinition.RDONLY_PROG,
              null,
              Bytes.of((byte) 7, (byte) 0, (byte) 0, (byte) 0, (byte) 1),
              List.of()));

  /** r6 = packet, r7 = its end, r8 = the context. */
  private static final String PACKET =
      "r8 = r1; r6 = *(u32 *)(r1 + 0); r7 = *(u32 *)(r1 + 4); r9 = r6; ";

  /** r0 = value of the map with this number at key r10 - 4. */
  private static String lookup(String map) {
    return "*(u32 *)(r10 - 4) = 99; r2 = r10; r2 += -4; r1 = map " + map + "; call 1; ";
  }

  private static Program program(String section, String text) {
    List<Instruction> code = new ArrayList<>();
    for (String line : text.split(";")) {
      String[] words = line.strip().split(" ");
      if (line.contains("= map ")) {
        wide(code, words[0], ImmediateKind.MAP_INDEX, Long.parseLong(words[3]));
      } else if (line.contains("= value ")) {
        long offset = Long.parseLong(words[4]);
        wide(
            code, words[0], ImmediateKind.MAP_INDEX_VALUE, offset << 32 | Long.parseLong(words[3]));
      } else {
        code.addAll(Parser.parse(line.strip()));
      }
    }
    StructureCheck.check(code);
    return new Program(
        "main",
        section,
        code,
        List.of(new Program.Function(0, "main")),
        List.of(new Program.SourceLine(0, "main.c", 3, "")));
  }

  private static void wide(List<Instruction> code, String dst, ImmediateKind kind, long value) {
    code.add(new Instruction.LoadImmediate(Integer.parseInt(dst.substring(1)), kind, value));
    code.add(Instruction.WideTail.WIDE_TAIL);
  }

  private static Facts verify(String text) {
    return Verifier.verify(program("xdp", text), MAPS);
  }

  private static String refusal(String section, String text) {
    Program program = program(section, text);
    return assertThrows(RefusedException.class, () -> Verifier.verify(program, MAPS), text)
        .getMessage();
  }

  @ParameterizedTest
  @CsvSource({"GPL, true", "Dual MIT/GPL, true", "'', false", "MIT, false", "GPL v3, false"})
  void whatLinuxHasForTheGplOnlyIsRefusedToOthers(String license, boolean accepted) {
    String text = "r1 = r10; r1 += -8; *(u64 *)(r10 - 8) = 37; r2 = 8; call CALL; r0 = 2; exit";
    assertEquals(accepted, isAccepted(license, text.replace("CALL", "6")));
    assertTrue(isAccepted(license, text.replace("CALL", "5")));
  }

  private static boolean isAccepted(String license, String text) {
    Program program = program("xdp", text);
    XdpObject object = new XdpObject("a.o", List.of(program), List.of(), license, List.of());
    try {
      Compiler.compile(object, program, MachineSpec.preset("nic100"));
      return true;
    } catch (RefusedException e) {
      assertTrue(e.getMessage().contains("which is for programs under the GPL only"));
      return false;
    }
  }

  private static void refuses(String text, String cause) {
    String message = refusal("xdp", text);
    assertTrue(message.contains(cause), message);
    assertTrue(message.matches("program main, insn \\d+ \\(main.c:3\\): .*"), message);
    assertFalse(message.contains("\n"), message);
  }

  /** In the second round no packet goes on here, which bounds and bits see one sum later only. */
  @Test
  void wayThatNoPacketGoesMayContradictItself() {
    verify(
        "r2 = *(u32 *)(r1 + 4); r1 = *(u32 *)(r1 + 0); r3 = r1; r3 += 14; r0 = 0; "
            + "if r3 > r2 goto +6; r9 = *(u8 *)(r1 + 0); r8 = 0; r9 += 2147483646; "
            + "if w9 s>= -2147483647 goto +0; r8 += 1; if r8 < 5 goto -4; exit");
  }

  @Test
  void theShortestProgramIsSafe() {
    assertEquals(2, verify("r0 = 2; exit").visited());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit | reads r0",
        "r0 = r3; exit | reads r3",
        "r0 = 0; if r0 == r5 goto +0; exit | reads r5",
        "call 5; r0 = r1; exit | reads r1",
        "r0 = *(u32 *)(r1 + 12); if r0 == 1 goto +1; r3 = 1; r0 = r3; exit | reads r3",
        "r0 = 1; r4 = -r4; exit | reads r4",
        "*(u64 *)(r10 - 8) = r0; r0 = 1; exit | reads r0",
      })
  void registersHoldSomethingBeforeTheyAreRead(String text, String cause) {
    refuses(text, cause);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r0 = *(u32 *)(r1 + 0); r0 = 1; exit",
        "r0 = *(u32 *)(r1 + 16); exit",
        "r0 = *(s32 *)(r1 + 12); exit",
        "r2 = r1; r0 = *(u32 *)(r2 + 12); exit",
        "*(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r2 + 12); exit",
      })
  void fieldsOfTheContextAreReadWhole(String text) {
    verify(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r0 = *(u8 *)(r1 + 12); exit | 1 bytes of the context",
        "r0 = *(u64 *)(r1 + 0); exit | 8 bytes of the context",
        "r0 = *(u32 *)(r1 + 14); exit | offset 14",
        "r0 = *(u32 *)(r1 + 24); exit | offset 24",
        "r0 = *(s32 *)(r1 + 4); exit | offset 4",
        "r0 = *(u32 *)(r1 + 20); exit | egress_ifindex",
        "*(u32 *)(r1 + 12) = 1; r0 = 1; exit | writes to the context",
        "r1 += 4; r0 = *(u32 *)(r1 + 8); exit | was moved",
        "r0 = *(u32 *)(r1 + 12); r1 += r0; r0 = *(u32 *)(r1 + 0); exit | was moved",
      })
  void otherwiseTheContextIsLeftAlone(String text, String cause) {
    refuses(text, cause);
  }

  @Test
  void theEgressInterfaceIsKnownBehindADeviceMap() {
    Verifier.verify(program("xdp/devmap", "r0 = *(u32 *)(r1 + 20); exit"), MAPS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r9 += 14; if r9 > r7 goto +1; r2 = *(u8 *)(r6 + 13)",
        "r9 += 14; if r9 >= r7 goto +1; r2 = *(u8 *)(r6 + 14)",
        "r9 += 14; if r7 < r9 goto +1; r2 = *(u8 *)(r6 + 13)",
        "r9 += 14; if r7 <= r9 goto +1; r2 = *(u8 *)(r6 + 14)",
        "r9 += 14; if r9 <= r7 goto +1; goto +1; r2 = *(u8 *)(r6 + 13)",
        "r9 += 14; if r9 < r7 goto +1; goto +1; r2 = *(u8 *)(r6 + 14)",
        "r9 += 14; if r7 >= r9 goto +1; goto +1; r2 = *(u8 *)(r6 + 13)",
        "r9 += 14; if r7 > r9 goto +1; goto +1; r2 = *(u8 *)(r6 + 14)",
        "r9 += 14; if r9 > r7 goto +1; r2 = *(u64 *)(r9 - 8)",
        "r9 += 14; if r9 > r7 goto +1; *(u64 *)(r6 + 3) = r9",
        "r9 += 14; if r9 > r7 goto +2; r6 += 6; r2 = *(u64 *)(r6 + 0)",
        "r2 = *(u32 *)(r8 + 12); r2 &= 60; r9 += r2; r3 = r9; r3 += 8; if r3 > r7 goto +1;"
            + " r2 = *(u64 *)(r9 + 0)",
        "r2 = *(u32 *)(r8 + 8); r3 = r2; r3 += 4; if r3 > r6 goto +1; r2 = *(u32 *)(r2 + 0)",
        "*(u64 *)(r10 - 8) = r6; r9 += 14; if r9 > r7 goto +2; r2 = *(u64 *)(r10 - 8);"
            + " r2 = *(u8 *)(r2 + 13)",
      })
  void bytesOfThePacketAreReadWhereTheyWereChecked(String text) {
    verify(PACKET + text + "; r0 = 2; exit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r2 = *(u8 *)(r6 + 0) | not checked",
        "r9 += 14; if r9 > r7 goto +1; r2 = *(u8 *)(r6 + 14) | first 14",
        "r9 += 14; if r9 > r7 goto +1; r2 = *(u16 *)(r6 + 13) | first 14",
        "r9 += 14; if r9 >= r7 goto +1; r2 = *(u8 *)(r6 + 15) | first 15",
        "r9 += 14; if r9 < r7 goto +1; r2 = *(u8 *)(r6 + 13) | not checked",
        "r9 += 14; if w9 > w7 goto +1; r2 = *(u8 *)(r6 + 13) | not checked",
        "r9 += 14; if r9 != r7 goto +1; r2 = *(u8 *)(r6 + 13) | not checked",
        "r9 += 14; if r9 > r7 goto +1; r2 = *(u8 *)(r6 - 1) | first 14",
        "r2 = *(u8 *)(r7 + 0) | the packet's end",
        "r2 = *(u32 *)(r8 + 12); r9 += r2; r3 = r9; r3 += 8; if r3 > r7 goto +1;"
            + " r2 = *(u64 *)(r9 + 0) | not checked",
        "r2 = *(u32 *)(r8 + 12); r2 &= 60; r9 += 20; if r9 > r7 goto +2; r6 += r2;"
            + " r2 = *(u64 *)(r6 + 0) | not checked",
        "r9 += 14; if r9 > r7 goto +4; r1 = r8; r2 = 0; call 44; r2 = *(u8 *)(r6 + 0) | a number",
        "r2 = *(u32 *)(r8 + 8); r3 = r2; r3 += 4; if r3 > r7 goto +1; r2 = *(u32 *)(r2 + 0)"
            + " | not checked",
        "r9 += 14; if r9 > r7 goto +1; lock *(u64 *)(r6 + 0) += r9 | atomic operation through a"
            + " packet pointer",
      })
  void notElsewhere(String text, String cause) {
    refuses(PACKET + text + "; r0 = 2; exit", cause);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "if r0 == 0 goto +1; r2 = *(u64 *)(r0 + 8)",
        "if r0 != 0 goto +1; goto +1; r2 = *(u64 *)(r0 + 8)",
        "r6 = r0; if r0 == 0 goto +1; *(u8 *)(r6 + 15) = 1",
        "*(u64 *)(r10 - 16) = r0; if r0 == 0 goto +2; r6 = *(u64 *)(r10 - 16);"
            + " r2 = *(u8 *)(r6 + 0)",
        "if r0 == 0 goto +4; call 7; r0 &= 15; r2 = value 1 0; r2 += r0; r3 = *(u8 *)(r2 + 0)",
        "if r0 == 0 goto +2; r2 = 1; lock *(u64 *)(r0 + 8) += r2",
      })
  void valuesAreReachedOnceTheyAreThere(String text) {
    verify(lookup("0") + text.replace("goto +4", "goto +6") + "; r0 = 1; exit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r2 = *(u64 *)(r0 + 0) | may be null",
        "if r0 == 0 goto +1; r2 = *(u64 *)(r0 + 9) | offset 9; a value has 16 bytes",
        "if r0 == 0 goto +1; r2 = *(u64 *)(r0 - 1) | may be negative",
        "if r0 != 0 goto +1; r2 = *(u64 *)(r0 + 0) | which is NULL",
        "r0 += 8; if r0 == 0 goto +1; r2 = *(u64 *)(r0 + 0) | may be null",
        "if w0 == 0 goto +1; r2 = *(u64 *)(r0 + 0) | may be null",
        "if r0 == 0 goto +2; r2 = 1; lock *(u64 *)(r0 + 4) += r2 | no multiple of 8",
      })
  void notBefore(String text, String cause) {
    refuses(lookup("0") + text + "; r0 = 1; exit", cause);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r2 &= 15",
        "if r2 > 15 goto +4",
        "if r2 >= 16 goto +4",
        "w2 &= 15",
        "if w2 > 15 goto +4",
        "r2 >>= 28",
        "r2 %= 16",
        "r2 <<= 32; r2 s>>= 32; if r2 s> 15 goto +5; if r2 s< 0 goto +4",
      })
  void indexesAreBounded(String bound) {
    verify(
        "r2 = *(u32 *)(r1 + 12); "
            + bound
            + "; r3 = value 1 0; r3 += r2;"
            + " r4 = *(u8 *)(r3 + 0); r0 = 1; exit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r2 &= 16 | up to 16",
        "if r2 > 16 goto +4 | up to 16",
        "if r2 s> 15 goto +4; r2 = -r2 | may be negative",
        "if r2 < 15 goto +4 | without upper bound",
        "r2 &= 31; if r2 == 16 goto +4 | up to 31",
        "r2 = r2 | without upper bound",
      })
  void anIndexWithoutBoundIsNot(String bound, String cause) {
    refuses(
        "r2 = *(u32 *)(r1 + 12); "
            + bound
            + "; r3 = value 1 0; r3 += r2;"
            + " r4 = *(u8 *)(r3 + 0); r0 = 1; exit",
        cause);
  }

  @Test
  void copiesOfANumberAreBoundedWithIt() {
    verify(
        "r2 = *(u32 *)(r1 + 12); r4 = r2; *(u64 *)(r10 - 8) = r2; if r4 > 15 goto +6;"
            + " r3 = value 1 0; r3 += r2; r5 = *(u8 *)(r3 + 0); r2 = *(u64 *)(r10 - 8);"
            + " r5 = r2; r0 = 1; exit");
    verify(
        "r2 = *(u32 *)(r1 + 12); r4 = r2; r4 += 8; if r2 > 7 goto +4; r3 = value 1 0;"
            + " r3 += r4; r5 = *(u8 *)(r3 + 0); r0 = 1; exit");
    refuses(
        "r2 = *(u32 *)(r1 + 12); r4 = r2; r4 += 9; if r2 > 7 goto +4; r3 = value 1 0;"
            + " r3 += r4; r5 = *(u8 *)(r3 + 0); r0 = 1; exit",
        "up to 16");
  }

  @Test
  void aConstantIndexOfAnArrayIsThere() {
    String text =
        "*(u32 *)(r10 - 8) = %d; r2 = r10; r2 += -8; r1 = map 1; call 1;"
            + " r0 = *(u8 *)(r0 + 0); exit";
    verify(String.format(text, 7));
    refuses(String.format(text, 8), "may be null");
    refuses(String.format(text, -1), "may be null");
  }

  @Test
  void readOnlyDataAreConstants() {
    Facts facts =
        verify(
            "r2 = value 6 0; r3 = *(u32 *)(r2 + 0); if r3 == 7 goto +1; r0 = r9;"
                + " r4 = *(u16 *)(r2 + 4); r3 = value 1 0; r3 += r4; r0 = *(u8 *)(r3 + 14); exit");
    assertTrue(facts.alwaysTaken().get(3));
    refuses("r2 = value 6 0; *(u8 *)(r2 + 0) = 1; r0 = 1; exit", "may only read");
    refuses("r2 = value 6 8; r0 = *(u8 *)(r2 + 0); exit", "a value has 8 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r0 = *(u64 *)(r10 - 512); exit",
        "*(u64 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r0 + 12); exit",
        "r2 = *(u32 *)(r1 + 12); r2 &= 8; r3 = r10; r3 += -16; r3 += r2; *(u64 *)(r3 + 0) = 5;"
            + " r0 = *(u64 *)(r10 - 8); exit",
        "*(u64 *)(r10 - 8) = 0; r2 = *(u16 *)(r10 - 6); r3 = value 1 0; r3 += r2;"
            + " r0 = *(u8 *)(r3 + 15); exit",
      })
  void theStackKeepsWhatIsPutThere(String text) {
    verify(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r0 = *(u64 *)(r10 - 520); exit | offset -520",
        "r0 = *(u64 *)(r10 + 0); exit | offset 0",
        "*(u32 *)(r10 - 2) = 1; r0 = 1; exit | offset -2",
        "*(u64 *)(r10 - 12) = 1; r0 = 1; exit | no multiple of 8",
        "*(u64 *)(r10 - 8) = r1; r0 = *(u32 *)(r10 - 8); exit | reads 4 of the 8 bytes",
        "*(u64 *)(r10 - 8) = 0; *(u8 *)(r10 - 8) = 3; r2 = *(u32 *)(r10 - 8); r3 = value 1 0;"
            + " r3 += r2; r0 = *(u8 *)(r3 + 12); exit | without upper bound",
        "*(u32 *)(r10 - 8) = r1; r0 = 1; exit | writes 4 of the 8 bytes",
        "r2 = *(u32 *)(r1 + 12); r3 = r10; r3 += r2; r0 = *(u8 *)(r3 + 0); exit | unbounded",
        "*(u64 *)(r10 - 8) = r1; *(u8 *)(r10 - 5) = 1; r2 = *(u64 *)(r10 - 8);"
            + " r0 = *(u32 *)(r2 + 12); exit | a number",
        "*(u64 *)(r10 - 8) = r1; r2 = *(u32 *)(r1 + 12); r2 &= 8; r3 = r10; r3 += -16;"
            + " r3 += r2; *(u64 *)(r3 + 0) = 5; r2 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r2 + 12);"
            + " exit | a number",
      })
  void theStackHasBoundsAndPointersAreWhole(String text, String cause) {
    refuses(text, cause);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r1 *= 2 | *= with the context",
        "r2 = r10; r2 &= -8 | &= with a stack pointer",
        "r2 = r10; r2 -= 8 | subtracts from a stack pointer",
        "r2 = r10; w2 += 8 | 32-bit arithmetic",
        "r2 = 8; r2 -= r10 | from a number",
        "r2 = r10; r2 += r1 | with a stack pointer and the context",
        "r2 = *(u32 *)(r1 + 4); r2 += 1 | calculates with the packet's end",
        "r2 = map 0; r2 += 8 | calculates with a map",
        "r2 = r10; r2 += 536870912 | by 536870912",
        "r2 = *(u64 *)(r10 - 8); r3 = r10; r3 += r2 | without lower bound",
        "r0 = 1; r0 /= 0 | divides by zero",
        "r0 = 1; r0 <<= 64 | shifts by 64",
        "r0 = 1; w0 >>= 32 | shifts by 32",
      })
  void arithmeticWithPointersHasRules(String text, String cause) {
    refuses(text + "; r0 = 1; exit", cause);
  }

  @Test
  void pointersMayBeComparedAndSubtracted() {
    verify(PACKET + "r0 = r7; r0 -= r6; exit");
    verify(PACKET + "r0 = 1; if r6 == r7 goto +1; r0 = 2; exit");
    verify("r0 = r10; r0 -= r10; exit");
    verify("w0 = w10; exit");
    verify("r0 = r1; exit");
  }

  @Test
  void loopsEnd() {
    Facts facts = verify("r0 = 0; r0 += 1; if r0 < 100 goto -2; exit");
    assertTrue(facts.visited() > 200, () -> "" + facts.visited());
    verify(
        PACKET
            + "r0 = 0; r2 = 0; r3 = r6; r3 += 1; if r3 > r7 goto +5; r4 = *(u8 *)(r6 + 0);"
            + " r0 += r4; r6 = r3; r2 += 1; if r2 < 600 goto -8; exit");
    refuses("r0 = 0; goto -1; exit", "no path leads here");
    refuses("r0 = 0; r2 = *(u32 *)(r1 + 12); if r2 == 1 goto -1; exit", "makes no progress");
    refuses("r0 = 0; r0 += 1; if r0 < 1000000 goto -2; exit", "more than 1000000");
    refuses("r0 = 1; exit; r0 = 2; exit", "no path leads here");
  }

  @Test
  void deadPathsAreNotLookedAt() {
    Facts facts = verify("r0 = 5; if r0 > 7 goto +1; exit; r0 = r9; exit");
    assertTrue(facts.neverTaken().get(1));
    assertFalse(facts.alwaysTaken().get(1));
    assertEquals(3, facts.visited());
  }

  @Test
  void pathsThatMeetAreFollowedOnce() {
    StringBuilder text = new StringBuilder("r6 = r1; ");
    for (int i = 0; i < 30; i++) {
      text.append("r2 = *(u32 *)(r6 + 12); r3 = 1; if r2 == ").append(i);
      text.append(" goto +1; r3 = 2; r4 = r3; r4 = r2; r5 = r4; r5 += 1; ");
    }
    assertTrue(verify(text + "r0 = 2; exit").visited() < 1000);
  }

  @Test
  void functionsTakePointersToTheCallersStack() {
    String callee = "; r0 = *(u64 *)(r1 + 0); *(u64 *)(r1 + 8) = r0; exit";
    verify("r1 = r10; r1 += -16; call pc+1; exit" + callee);
    refuses("r1 = r10; r1 += -8; call pc+1; exit" + callee, "offset 0");
    refuses("r1 = 5; call pc+1; exit" + callee, "a number");
    refuses("call pc+1; exit; r0 = r10; exit", "its own stack");
    refuses("r6 = 1; call pc+1; exit; r0 = r6; exit", "reads r6");
    verify("r6 = 1; call pc+2; r0 = r6; exit; r6 = 2; r0 = r6; exit");
    refuses("r2 = 1; call pc+2; r0 = r2; exit; r0 = 1; exit", "reads r2");
  }

  @Test
  void stacksOfACallChainAddUp() {
    String text = "*(u64 *)(r10 - %d) = 1; call pc+1; exit; *(u64 *)(r10 - %d) = 1; r0 = 1; exit";
    verify(String.format(text, 256, 256));
    assertTrue(refusal("xdp", String.format(text, 256, 264)).contains("528 bytes of stack"));
    String tail =
        "r6 = r1; *(u64 *)(r10 - %d) = 1; call pc+1; exit;"
            + " r2 = map 3; r3 = 0; call 12; r0 = 1; exit";
    verify(String.format(tail, 240));
    assertTrue(refusal("xdp", String.format(tail, 256)).contains("tail call below functions"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r1 = map 0; r2 = r10; r2 += -8; r3 = r2; r3 += -8; r4 = 0; call 2",
        "r1 = map 2; r2 = 1; r3 = 0; call 51",
        "r2 = map 3; r3 = 1; call 12",
        "r2 = map 4; r3 = 0; r4 = r10; r4 += -8; r5 = 8; call 25",
        "r2 = map 4; r3 = 0; r4 = r10; r4 += -8; r5 = 0; call 25",
        "r1 = 0; r2 = 0; r3 = r10; r3 += -8; r4 = 8; r5 = 0; call 28",
        "r1 = r10; r1 += -8; r2 = 8; call 6",
        "r2 = 4; r3 = r10; r3 += -8; r4 = 8; call 189",
        "r6 = *(u32 *)(r1 + 12); r6 &= 7; r6 += 1; r2 = 0; r3 = r10; r3 += -8; r4 = r6; call 189",
        "*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = map 5; call 1; if r0 == 0 goto +8;"
            + " r1 = r0; r2 = r10; r2 += -4; call 1; if r0 == 0 goto +3; r0 = *(u64 *)(r0 + 0)",
      })
  void helpersTakeWhatTheySay(String text) {
    verify(text.replace("goto +8", "goto +7").replace("goto +3", "goto +1") + "; r0 = 1; exit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r1 = 0; r2 = r10; r2 += -8; call 1 | pass a map",
        "r1 = map 3; r2 = r10; r2 += -8; call 1 | does not work on map programs",
        "r1 = map 0; r2 = 0; r3 = 0; call 51 | does not work on map hash",
        "r1 = map 0; r2 = r10; r2 += -2; call 1 | offset -2",
        "r1 = map 0; r2 = r10; r2 += -8; r3 = r10; r3 += -8; r4 = 0; call 2 | 16 bytes",
        "r1 = map 6; r2 = r10; r2 += -8; r3 = r2; r4 = 0; call 2 | may only read",
        "r2 = 0; r1 = r10; call 44 | pass the context",
        "r1 = 0; r2 = 8; r3 = 0; r4 = 0; r5 = 0; call 28 | size may be 8",
        "r1 = r10; r1 += -8; r2 = 0; call 6 | may be 0",
        "r1 = r10; r1 += -8; r2 = -1; call 6 | may be negative",
        "r2 = *(u32 *)(r1 + 12); r1 = r10; r1 += -8; r2 += 1; call 6 | no upper bound",
        "r2 = *(u32 *)(r1 + 12); r2 &= 15; r2 += 1; r1 = r10; r1 += -8; call 6 | 16 bytes",
        "r2 = 0; r3 = *(u32 *)(r1 + 0); r4 = 8; call 189 | no memory of the packet",
        "call 77 | helper 77",
        "r1 = map 5; r2 = r10; r2 += -4; call 1; r1 = r0; r2 = r10; r2 += -4; call 1 | NULL check",
        "r1 = map 0; r2 = r10; r2 += -8; r3 = r2; r4 = r5; call 2 | reads r5",
      })
  void nothingElse(String text, String cause) {
    refuses(text + "; r0 = 1; exit", cause);
  }

  @Test
  void refusalsSayWhatRegistersHold() {
    assertEquals(
        "program main, insn 4 (main.c:3): accesses 1 bytes of the packet at offset 0, which were"
            + " not checked; compare the end of what is accessed with data_end on every path that"
            + " leads here (r1 = ctx, r6 = pkt checked 0, r7 = pkt_end, r8 = ctx, r9 = pkt checked"
            + " 0)",
        refusal("xdp", PACKET + "r0 = *(u8 *)(r6 + 0); exit"));
  }

  private static String addressUses(String text) {
    return verify(text).addressUses().toString();
  }

  @Test
  void addressesThatAreTakenAsNumbersAreNoted() {
    assertEquals("{1}", addressUses("r0 = r1; exit"));
    assertEquals("{0}", addressUses("w0 = w1; exit"));
    assertEquals(
        "{6}",
        addressUses(PACKET + "r9 += 8; if r9 > r7 goto +1; *(u64 *)(r6 + 0) = r8; r0 = 2; exit"));
    assertEquals(
        "{8}",
        addressUses(
            "*(u64 *)(r10 - 8) = r1; r1 = 0; r2 = 0; r3 = r10; r3 += -8; r4 = 8; r5 = 0; r3 = r3;"
                + " call 28; r0 = 1; exit"));
    assertEquals("{4}", addressUses(PACKET + "if r6 > 5 goto +0; r0 = 1; exit"));
    assertEquals(
        "{1}", addressUses("*(u64 *)(r10 - 8) = 0; lock *(u64 *)(r10 - 8) += r1; r0 = 1; exit"));
  }

  @Test
  void distancesAndNullChecksAreTheSameEverywhere() {
    assertEquals("{}", addressUses(PACKET + "r0 = r7; r0 -= r6; if r6 > r7 goto +0; exit"));
    assertEquals("{}", addressUses(lookup("0") + "if r0 == 0 goto +0; r0 = 1; exit"));
    assertEquals("{}", addressUses("*(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r10 - 8); r0 = 1; exit"));
  }

  private static String staleReads(String text) {
    return verify(text).staleReads().toString();
  }

  @Test
  void readsOfStackThatWasNeverWrittenAreNoted() {
    String call = "r1 = r10; r1 += -8; r2 = 8; r3 = r1; r4 = r2; r1 = 0; r2 = 0; r5 = 0; call 28; ";
    assertEquals("{9}", staleReads("*(u32 *)(r10 - 8) = 1; " + call + "r0 = 1; exit"));
    assertEquals("{}", staleReads("*(u64 *)(r10 - 8) = 1; " + call + "r0 = 1; exit"));
    assertEquals("{1}", staleReads("*(u16 *)(r10 - 8) = 1; r2 = *(u32 *)(r10 - 8); r0 = 1; exit"));
    assertEquals(
        "{}",
        staleReads(
            "*(u16 *)(r10 - 8) = 1; *(u16 *)(r10 - 6) = 1; r2 = *(u32 *)(r10 - 8); r0 = 1; exit"));
  }

  @Test
  void recursionIsRefusedAtTheCall() {
    refuses("r1 = 5; call pc+1; exit; call pc-1; r0 = 1; exit", "running already");
  }
}
