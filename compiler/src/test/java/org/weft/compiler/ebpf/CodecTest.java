package org.weft.compiler.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;

class CodecTest {
  private static final int[] OFFSETS = {0, 1, 8, 16, 32, -1};
  private static final int[] IMMEDIATES = {0, 1, 16, 32, 64, 0x41, 0xe1, 0xf1, 5, -1};

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          b7 01 00 00 05 00 00 00 | r1 = 5
          bc 21 00 00 00 00 00 00 | w1 = w2
          0f 21 00 00 00 00 00 00 | r1 += r2
          c7 03 00 00 07 00 00 00 | r3 s>>= 7
          37 01 01 00 03 00 00 00 | r1 s/= 3
          9c 21 01 00 00 00 00 00 | w1 s%= w2
          87 01 00 00 00 00 00 00 | r1 = -r1
          bf 21 08 00 00 00 00 00 | r1 = (s8)r2
          bc 21 10 00 00 00 00 00 | w1 = (s16)w2
          bf 21 20 00 00 00 00 00 | r1 = (s32)r2
          dc 01 00 00 10 00 00 00 | r1 = be16 r1
          d4 01 00 00 20 00 00 00 | r1 = le32 r1
          d7 01 00 00 40 00 00 00 | r1 = bswap64 r1
          61 12 04 00 00 00 00 00 | r2 = *(u32 *)(r1 + 4)
          91 12 fc ff 00 00 00 00 | r2 = *(s8 *)(r1 - 4)
          7b 1a f8 ff 00 00 00 00 | *(u64 *)(r10 - 8) = r1
          6a 0a fe ff 07 00 00 00 | *(u16 *)(r10 - 2) = 7
          c3 21 00 00 00 00 00 00 | lock *(u32 *)(r1 + 0) += r2
          db 21 08 00 51 00 00 00 | r2 = atomic_fetch_and((u64 *)(r1 + 8), r2)
          db 21 00 00 e1 00 00 00 | r2 = xchg_64(r1 + 0, r2)
          c3 21 00 00 f1 00 00 00 | w0 = cmpxchg32_32(r1 + 0, w0, w2)
          05 00 05 00 00 00 00 00 | goto +5
          06 00 00 00 00 00 01 00 | gotol +65536
          15 01 fd ff 08 00 00 00 | if r1 == 8 goto -3
          7e 21 02 00 00 00 00 00 | if w1 s>= w2 goto +2
          45 01 02 00 ff 00 00 00 | if r1 & 255 goto +2
          85 00 00 00 01 00 00 00 | call 1
          85 10 00 00 02 00 00 00 | call pc+2
          95 00 00 00 00 00 00 00 | exit
          """)
  void textAndBytesSayTheSame(String hex, String text) {
    List<Instruction> code = Decoder.decode(bytes(hex));
    assertEquals(text, Printer.print(code.get(0)));
    assertEquals(code, Parser.parse(text));
    assertArrayEquals(bytes(hex), Encoder.encode(code));
  }

  @Test
  void wideImmediateTakesTwoPlaces() {
    byte[] code = bytes("18 01 00 00 ef cd ab 89 00 00 00 00 67 45 23 01");
    List<Instruction> decoded = Decoder.decode(code);
    assertEquals(2, decoded.size());
    assertEquals("r1 = 81985529216486895 ll", Printer.print(decoded.get(0)));
    assertEquals(decoded, Parser.parse("r1 = 0x123456789abcdef ll"));
    assertArrayEquals(code, Encoder.encode(decoded));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          b7 01 01 00 05 00 00 00 | reserved field offset is 1
          b7 21 00 00 05 00 00 00 | reserved field src is 2
          bf 21 00 00 05 00 00 00 | reserved field imm is 5
          bf b1 00 00 00 00 00 00 | register r11 does not exist
          b7 0a 00 00 05 00 00 00 | writes r10
          37 01 02 00 03 00 00 00 | neither 0 nor 1
          d4 01 00 00 18 00 00 00 | byte swap of 24 bits
          95 01 00 00 00 00 00 00 | reserved field dst is 1
          ff 00 00 00 00 00 00 00 | unknown opcode 0xff
          99 12 00 00 00 00 00 00 | unknown opcode 0x99
          30 00 00 00 00 00 00 00 | unknown opcode 0x30
          8d 00 00 00 00 00 00 00 | unknown opcode 0x8d
          db 21 00 00 e0 00 00 00 | unknown atomic operation 0xe0
          18 01 00 00 00 00 00 00 | without its second half
          95 00 00 | cut off
          """)
  void malformedCodeIsRefusedWithItsIndex(String hex, String cause) {
    InputException e = assertThrows(InputException.class, () -> Decoder.decode(bytes(hex)));
    assertTrue(e.getMessage().startsWith("insn 0: "), e.getMessage());
    assertTrue(e.getMessage().contains(cause), e.getMessage());
  }

  @Test
  void whateverDecodesEncodesToTheSameBytesAndReadsBackFromText() {
    int decoded = 0;
    for (int opcode = 0; opcode < 256; opcode++) {
      for (int registers : new int[] {0x00, 0x10, 0x21, 0x0a, 0xa0, 0x92}) {
        for (int offset : OFFSETS) {
          for (int imm : IMMEDIATES) {
            byte[] code = unit(opcode, registers, offset, imm, opcode == 0x18 ? 16 : 8);
            List<Instruction> instructions;
            try {
              instructions = Decoder.decode(code);
            } catch (InputException e) {
              continue;
            }
            decoded++;
            assertArrayEquals(code, Encoder.encode(instructions));
            String text = Printer.print(instructions.get(0));
            assertEquals(instructions, Parser.parse(text), text);
          }
        }
      }
    }
    assertTrue(decoded > 5_000, "decoded " + decoded);
  }

  @Test
  void randomBytesGiveInstructionsOrOneClearLine() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] code = new byte[random.nextInt(40)];
      random.nextBytes(code);
      try {
        List<Instruction> instructions = Decoder.decode(code);
        assertArrayEquals(code, Encoder.encode(instructions));
      } catch (InputException e) {
        assertTrue(e.getMessage().startsWith("insn "), e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'goto +1\nexit', jump to 2",
    "'goto -2\nexit', jump to -1",
    "'if r1 == 0 goto +1\nr1 = 1 ll\nexit', middle of the 16-byte instruction 1",
    "'call pc+7\nexit', call to 8",
    "'r0 = 1', runs past",
    "'', empty",
  })
  void jumpsThatLandNowhereAreRefused(String program, String cause) {
    InputException e =
        assertThrows(InputException.class, () -> StructureCheck.check(Parser.parse(program)));
    assertTrue(e.getMessage().contains(cause), e.getMessage());
  }

  private static byte[] unit(int opcode, int registers, int offset, int imm, int length) {
    byte[] code = new byte[length];
    code[0] = (byte) opcode;
    code[1] = (byte) registers;
    code[2] = (byte) offset;
    code[3] = (byte) (offset >> 8);
    for (int i = 0; i < 4; i++) {
      code[4 + i] = (byte) (imm >> 8 * i);
    }
    return code;
  }
}
