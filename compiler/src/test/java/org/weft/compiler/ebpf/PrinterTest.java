package org.weft.compiler.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrinterTest {
  private static List<Instruction> decode(String hex) {
    return Decoder.decode(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          07 01 00 00 05 00 00 00 ; r1 += 5
          0c 21 00 00 00 00 00 00 ; w1 += w2
          1f 21 00 00 00 00 00 00 ; r1 -= r2
          24 01 00 00 ff ff ff ff ; w1 *= -1
          3f 21 00 00 00 00 00 00 ; r1 /= r2
          3f 21 01 00 00 00 00 00 ; r1 s/= r2
          34 01 01 00 03 00 00 00 ; w1 s/= 3
          4f 21 00 00 00 00 00 00 ; r1 |= r2
          57 01 00 00 ff 00 00 00 ; r1 &= 255
          67 01 00 00 20 00 00 00 ; r1 <<= 32
          77 01 00 00 20 00 00 00 ; r1 >>= 32
          c7 01 00 00 20 00 00 00 ; r1 s>>= 32
          87 01 00 00 00 00 00 00 ; r1 = -r1
          84 01 00 00 00 00 00 00 ; w1 = -w1
          9c 21 00 00 00 00 00 00 ; w1 %= w2
          97 01 01 00 07 00 00 00 ; r1 s%= 7
          af 11 00 00 00 00 00 00 ; r1 ^= r1
          b7 01 00 00 00 00 00 80 ; r1 = -2147483648
          b4 00 00 00 00 00 00 00 ; w0 = 0
          bf a2 00 00 00 00 00 00 ; r2 = r10
          bf 21 08 00 00 00 00 00 ; r1 = (s8)r2
          bc 21 10 00 00 00 00 00 ; w1 = (s16)w2
          bf 21 20 00 00 00 00 00 ; r1 = (s32)r2
          dc 01 00 00 10 00 00 00 ; r1 = be16 r1
          d4 01 00 00 20 00 00 00 ; r1 = le32 r1
          d7 01 00 00 40 00 00 00 ; r1 = bswap64 r1
          18 01 00 00 ff ff ff ff 00 00 00 00 00 00 00 00 ; r1 = 4294967295 ll
          18 01 00 00 ff ff ff ff 00 00 00 00 ff ff ff ff ; r1 = -1 ll
          18 11 00 00 05 00 00 00 00 00 00 00 00 00 00 00 ; ld_pseudo\\tr1, 1, 5
          18 61 00 00 05 00 00 00 00 00 00 00 01 00 00 00 ; ld_pseudo\\tr1, 6, 4294967301
          61 21 00 00 00 00 00 00 ; r1 = *(u32 *)(r2 + 0)
          71 a1 ff ff 00 00 00 00 ; r1 = *(u8 *)(r10 - 1)
          89 21 00 80 00 00 00 00 ; r1 = *(s16 *)(r2 - 32768)
          79 21 ff 7f 00 00 00 00 ; r1 = *(u64 *)(r2 + 32767)
          6b 21 08 00 00 00 00 00 ; *(u16 *)(r1 + 8) = r2
          7a 0a f8 ff ff ff ff ff ; *(u64 *)(r10 - 8) = -1
          db 21 08 00 00 00 00 00 ; lock *(u64 *)(r1 + 8) += r2
          c3 21 08 00 00 00 00 00 ; lock *(u32 *)(r1 + 8) += r2
          db 21 08 00 50 00 00 00 ; lock *(u64 *)(r1 + 8) &= r2
          db 21 08 00 40 00 00 00 ; lock *(u64 *)(r1 + 8) |= r2
          db 21 08 00 a0 00 00 00 ; lock *(u64 *)(r1 + 8) ^= r2
          db 21 08 00 01 00 00 00 ; r2 = atomic_fetch_add((u64 *)(r1 + 8), r2)
          c3 21 f8 ff 51 00 00 00 ; w2 = atomic_fetch_and((u32 *)(r1 - 8), w2)
          db 21 08 00 e1 00 00 00 ; r2 = xchg_64(r1 + 8, r2)
          c3 21 08 00 e1 00 00 00 ; w2 = xchg32_32(r1 + 8, w2)
          db 21 08 00 f1 00 00 00 ; r0 = cmpxchg_64(r1 + 8, r0, r2)
          c3 21 08 00 f1 00 00 00 ; w0 = cmpxchg32_32(r1 + 8, w0, w2)
          05 00 05 00 00 00 00 00 ; goto +5
          05 00 ff ff 00 00 00 00 ; goto -1
          06 00 00 00 a0 86 01 00 ; gotol +100000
          1d 21 00 00 00 00 00 00 ; if r1 == r2 goto +0
          16 01 03 00 ff ff ff ff ; if w1 == -1 goto +3
          45 01 fe ff 04 00 00 00 ; if r1 & 4 goto -2
          55 01 01 00 04 00 00 00 ; if r1 != 4 goto +1
          2d 21 05 00 00 00 00 00 ; if r1 > r2 goto +5
          3d 21 05 00 00 00 00 00 ; if r1 >= r2 goto +5
          ad 21 05 00 00 00 00 00 ; if r1 < r2 goto +5
          be 21 05 00 00 00 00 00 ; if w1 <= w2 goto +5
          6d 21 05 00 00 00 00 00 ; if r1 s> r2 goto +5
          7d 21 05 00 00 00 00 00 ; if r1 s>= r2 goto +5
          c6 01 05 00 09 00 00 00 ; if w1 s< 9 goto +5
          dd 21 05 00 00 00 00 00 ; if r1 s<= r2 goto +5
          85 00 00 00 01 00 00 00 ; call 1
          85 10 00 00 ff ff ff ff ; call pc-1
          85 10 00 00 07 00 00 00 ; call pc+7
          85 20 00 00 07 00 00 00 ; call kfunc#7
          95 00 00 00 00 00 00 00 ; exit
          """)
  void printsTheSyntaxOfLlvm(String hex, String text) {
    assertEquals(text.replace("\\t", "\t"), Printer.print(decode(hex).get(0), 0));
  }

  @Test
  void aProgramIsListedWithPlaces() {
    assertEquals(
        "       0:\tr1 = 7 ll\n       2:\texit\n",
        Printer.print(decode("1801000007000000 0000000000000000 9500000000000000")));
  }
}
