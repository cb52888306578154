package org.weft.compiler.verifier;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.weft.compiler.ebpf.ImmediateKind;
import org.weft.compiler.ebpf.Instruction;
import org.weft.compiler.ebpf.Parser;
import org.weft.compiler.ebpf.StructureCheck;
import org.weft.compiler.object.Program;
import org.weft.isa.RefusedException;
import org.weft.isa.xdp.Bytes;
import org.weft.isa.xdp.MapDefinition;
import org.weft.isa.xdp.MapType;

/** Programs as text, and whether they pass the verifier. */
final class VerifierCases {
  static final List<MapDefinition> MAPS =
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
  static final String PACKET = "r8 = r1; r6 = *(u32 *)(r1 + 0); r7 = *(u32 *)(r1 + 4); r9 = r6; ";

  private VerifierCases() {}

  /** r0 = value of the map with this number at key r10 - 4. */
  static String lookup(String map) {
    return "*(u32 *)(r10 - 4) = 99; r2 = r10; r2 += -4; r1 = map " + map + "; call 1; ";
  }

  static Program program(String section, String text) {
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

  static Facts verify(String text) {
    return Verifier.verify(program("xdp", text), MAPS);
  }

  static String refusal(String section, String text) {
    Program program = program(section, text);
    return assertThrows(RefusedException.class, () -> Verifier.verify(program, MAPS), text)
        .getMessage();
  }

  static void refuses(String text, String cause) {
    String message = refusal("xdp", text);
    assertTrue(message.contains(cause), message);
    assertTrue(message.matches("program main, insn \\d+ \\(main.c:3\\): .*"), message);
    assertFalse(message.contains("\n"), message);
  }
}
