package org.weft.compiler.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;

class ParserTest {
  @Test
  void whatIsPrintedParsesToTheSame() {
    for (RandomCode.Sample sample : RandomCode.decodable()) {
      String line = Printer.print(sample.instructions().get(0), 0);
      assertEquals(
          sample.instructions(), Parser.parse(line), () -> "seed " + RandomCode.SEED + ": " + line);
    }
  }

  @Test
  void aPrintedProgramParsesToTheSame() {
    List<Instruction> code = new ArrayList<>();
    RandomCode.decodable().forEach(sample -> code.addAll(sample.instructions()));
    assertEquals(code, Parser.parse(Printer.print(code)));
  }

  @Test
  void aListingWithSourceLinesAndSymbolsIsRead() {
    String listing =
        """
        ; if (a > b)
               0:\tif r1 < r2 goto +2 <LBB0_2>

               1:\tr1 =   5 ll
        ;   return *p;
               3: \tr1 <<= 3
               4:\texit
        """;
    List<Instruction> code = Parser.parse(listing);
    assertEquals(
        List.of("if r1 < r2 goto +2", "r1 = 5 ll", "", "r1 <<= 3", "exit"),
        code.stream().map(instruction -> Printer.print(instruction, 0)).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          nonsense | no eBPF instruction: nonsense
          r1 | no eBPF instruction: r1
          r1 = w2 | no eBPF instruction: r1 = w2
          r1 = -r2 | no eBPF instruction: r1 = -r2
          r1 = be16 r2 | no eBPF instruction: r1 = be16 r2
          r1 = be15 r1 | no eBPF instruction: r1 = be15 r1
          r1 = 05 | no eBPF instruction: r1 = 05
          r1 = +5 | no eBPF instruction: r1 = +5
          r1 = #5 | no eBPF instruction: r1 = #5
          r1 = 0x5 | no eBPF instruction: r1 = 0x5
          r1=5 | no eBPF instruction: r1=5
          r1 = *(u24 *)(r2 + 0) | no eBPF instruction: r1 = *(u24 *)(r2 + 0)
          r1 = *(u32 *)(r2 + -1) | no eBPF instruction: r1 = *(u32 *)(r2 + -1)
          r1 = *(s64 *)(r2 + 0) | no eBPF instruction: r1 = *(s64 *)(r2 + 0)
          w1 = xchg_64(r1 + 0, w1) | no eBPF instruction: w1 = xchg_64(r1 + 0, w1)
          r1 = cmpxchg_64(r1 + 0, r1, r2) | no eBPF instruction: r1 = cmpxchg_64(r1 + 0, r1, r2)
          if r1 > r2 goto 5 | no eBPF instruction: if r1 > r2 goto 5
          goto +5 <a> <b> | no eBPF instruction: goto +5 <a>
          r11 = 0 | register 11 is not between 0 and 10
          r1 = 2147483648 | constant 2147483648 is not between -2147483648 and 2147483647 (32 bits)
          r1 = 9223372036854775808 ll | 9223372036854775808 does not fit 64 bits
          goto +32768 | offset 32768 is not between -32768 and 32767 (16 bits)
          "ld_pseudo r1, 7, 0" | kind of 64-bit immediate 7 is not between 1 and 6
          r10 = 1 | "insn 1: r10, the frame pointer, is read-only"
          w1 = (s32)w2 | insn 1: offset 32 has no meaning for opcode 0xbc
          "ld_pseudo r1, 1, 4294967296" | insn 1: a 64-bit immediate of kind MAP_FD has no upper half
          """)
  void whatIsNoInstructionIsRefusedWithItsLine(String line, String cause) {
    InputException e =
        assertThrows(InputException.class, () -> Parser.parse("exit\n\n" + line + "\nexit"));
    assertEquals("line 3: " + cause, e.getMessage());
  }

  @Test
  void aLongLineIsNotRepeatedInFull() {
    InputException e = assertThrows(InputException.class, () -> Parser.parse("x".repeat(100_000)));
    assertEquals("line 1: no eBPF instruction: " + "x".repeat(60) + "...", e.getMessage());
  }

  @Test
  void damagedTextIsReadOrRefusedButNothingElse() {
    long seed = 42;
    Random random = new Random(seed);
    String spare = "rw0123456789 +-=<>()*#;:,\n\tullus_";
    for (RandomCode.Sample sample : RandomCode.decodable()) {
      StringBuilder line = new StringBuilder(Printer.print(sample.instructions().get(0), 0));
      for (int i = random.nextInt(3); i >= 0; i--) {
        int at = random.nextInt(line.length());
        line.setCharAt(at, spare.charAt(random.nextInt(spare.length())));
      }
      try {
        Encoder.encode(Parser.parse(line.toString()));
      } catch (InputException e) {
        assertEquals(0, e.getMessage().indexOf("line "));
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + line, e);
      }
    }
  }
}
