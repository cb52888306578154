package org.weft.sim.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.isa.InputException;
import org.weft.sim.engine.ProgramFault;

/** Arithmetic and jumps; random programs of them were compared with Linux 6.18. */
class InterpreterTest {
  private static final byte[] NOTHING = {};

  private static long exec(String text) {
    return RefEngine.exec(Objects.code(text), NOTHING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r1 += r2 | -1 | 2 | 1",
        "w1 += w2 | -1 | 2 | 1",
        "w1 -= w2 | 1 | 2 | 0xffffffff",
        "r1 *= r2 | 0x100000001 | 0x100000001 | 0x200000001",
        "w1 *= w2 | 0x10000 | 0x10000 | 0",
        "r1 /= r2 | -1 | 2 | 0x7fffffffffffffff",
        "r1 /= r2 | 7 | 0 | 0",
        "w1 /= w2 | -1 | 2 | 0x7fffffff",
        "w1 /= w2 | 0xffffffff00000007 | 0 | 0",
        "w1 /= w2 | 7 | 0x100000000 | 0",
        "r1 %= r2 | -1 | 10 | 5",
        "r1 %= r2 | -7 | 0 | -7",
        "w1 %= w2 | -1 | 10 | 5",
        "w1 %= w2 | 0xffffffff00000007 | 0 | 7",
        "r1 s/= r2 | -7 | 2 | -3",
        "r1 s/= r2 | 0x8000000000000000 | -1 | 0x8000000000000000",
        "r1 s/= r2 | 5 | 0 | 0",
        "w1 s/= w2 | 0x80000000 | -1 | 0x80000000",
        "w1 s/= w2 | -7 | 2 | 0xfffffffd",
        "r1 s%= r2 | -7 | 2 | -1",
        "r1 s%= r2 | 0x8000000000000000 | -1 | 0",
        "r1 s%= r2 | -7 | 0 | -7",
        "w1 s%= w2 | 0x80000000 | -1 | 0",
        "w1 s%= w2 | -7 | 0 | 0xfffffff9",
        "r1 <<= r2 | 1 | 65 | 2",
        "w1 <<= w2 | 1 | 33 | 2",
        "r1 >>= r2 | -1 | 127 | 1",
        "w1 >>= w2 | -1 | 63 | 1",
        "r1 s>>= r2 | 0x8000000000000000 | 63 | -1",
        "w1 s>>= w2 | 0x80000000 | 31 | 0xffffffff",
        "r1 = -r1 | 5 | 0 | -5",
        "w1 = -w1 | 5 | 0 | 0xfffffffb",
        "w1 = w2 | 0 | -1 | 0xffffffff",
        "r1 = (s8)r2 | 0 | 0x180 | -128",
        "r1 = (s16)r2 | 0 | 0x18000 | -32768",
        "r1 = (s32)r2 | 0 | 0x180000000 | 0xffffffff80000000",
        "w1 = (s8)w2 | 0 | 0x80 | 0xffffff80",
        "w1 = (s16)w2 | 0 | 0x8000 | 0xffff8000",
        "r1 = le16 r1 | 0x123456 | 0 | 0x3456",
        "r1 = le64 r1 | 0x1122334455667788 | 0 | 0x1122334455667788",
        "r1 = be16 r1 | 0x123456 | 0 | 0x5634",
        "r1 = be32 r1 | 0xff12345678 | 0 | 0x78563412",
        "r1 = be64 r1 | 0x1122334455667788 | 0 | 0x8877665544332211",
        "r1 = bswap16 r1 | 0x123456 | 0 | 0x5634",
        "r1 = bswap32 r1 | 0xff12345678 | 0 | 0x78563412",
        "r1 = bswap64 r1 | 0x1122334455667788 | 0 | 0x8877665544332211",
      })
  void arithmetic(String instruction, String a, String b, String result) {
    assertEquals(
        number(result),
        exec(
            "r1 = %d ll\nr2 = %d ll\n%s\nr0 = r1\nexit"
                .formatted(number(a), number(b), instruction)));
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "r1 > r2 | -1 | 1 | 1",
        "r1 >= r2 | 1 | -1 | 0",
        "r1 < r2 | 1 | -1 | 1",
        "r1 <= r2 | 0x8000000000000000 | 1 | 0",
        "r1 s> r2 | -1 | 1 | 0",
        "r1 s>= r2 | 1 | -1 | 1",
        "r1 s< r2 | -1 | 1 | 1",
        "r1 s<= r2 | 0x8000000000000000 | 1 | 1",
        "r1 == r2 | 0x100000000 | 0 | 0",
        "r1 != r2 | 0x100000000 | 0 | 1",
        "r1 & r2 | 6 | 9 | 0",
        "r1 & r2 | 0x100000000 | 0x100000000 | 1",
        "w1 > w2 | 0x80000000 | 1 | 1",
        "w1 >= w2 | 0xff00000000 | 1 | 0",
        "w1 < w2 | 1 | 0xffffffff | 1",
        "w1 <= w2 | 0x80000000 | 1 | 0",
        "w1 s> w2 | 0xffffffff | 1 | 0",
        "w1 s>= w2 | 1 | 0xffffffff | 1",
        "w1 s< w2 | 0xffffffff | 1 | 1",
        "w1 s<= w2 | 0x80000000 | 1 | 1",
        "w1 == w2 | 0x100000000 | 0 | 1",
        "w1 != w2 | 0x100000000 | 0 | 0",
        "w1 & w2 | 0x100000000 | 0x100000000 | 0",
        "w1 > -2 | 0xffffffff | 0 | 1",
        "r1 > -2 | 0xffffffff | 0 | 0",
      })
  void jumps(String condition, String a, String b, int taken) {
    assertEquals(
        taken,
        exec(
            "r1 = %d ll\nr2 = %d ll\nr0 = 1\nif %s goto +1\nr0 = 0\nexit"
                .formatted(number(a), number(b), condition)));
  }

  @Test
  void functionsKeepTheirRegistersAndStacks() {
    assertEquals(
        1 + 20 + 300,
        exec(
            """
            r6 = 1
            *(u64 *)(r10 - 8) = 20
            r1 = r10
            r1 += -16
            call pc+5
            r0 = *(u64 *)(r10 - 8)
            r0 += r6
            r1 = *(u64 *)(r10 - 16)
            r0 += r1
            exit
            r6 = 77
            *(u64 *)(r10 - 8) = 88
            *(u64 *)(r1 + 0) = 300
            exit
            """));
  }

  @Test
  void eightFramesAndNoMore() {
    String nested = "r0 = 0\nif r1 == 0 goto +2\nr1 += -1\ncall pc-4\nexit";
    assertEquals(0, exec("r1 = 6\ncall pc+1\nexit\n" + nested));
    assertEquals(
        "program exec, insn 6: calls deeper than 8 frames",
        assertThrows(ProgramFault.class, () -> exec("r1 = 7\ncall pc+1\nexit\n" + nested))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "'goto -1\nexit', 0",
    "'r0 = 0\nr0 += 1\nif r0 != 0 goto -2\nexit', 2",
    "'call pc+2\ngoto -2\nexit\nexit', 3",
  })
  void loopsWithoutEndAreFaults(String code, int place) {
    assertEquals(
        "program exec, insn "
            + place
            + ": takes more than 268435456 instructions for a packet; bound the loop",
        assertThrows(ProgramFault.class, () -> exec(code)).getMessage());
  }

  @Test
  void longLoopsRunToTheirEnd() {
    assertEquals(1_000_000, exec("r0 = 0\nr0 += 1\nif r0 != 1000000 goto -2\nexit"));
  }

  @Test
  void bareProgramsCallHelpersThatNeedNoContext() {
    assertEquals(2, exec("call 5\nr0 = 2\nexit"));
    assertEquals(
        "insn 0: calls helper 999, which weft does not have",
        assertThrows(InputException.class, () -> exec("call 999\nexit")).getMessage());
    assertEquals(
        "program exec, insn 1: calls bpf_xdp_adjust_head with something else than the context"
            + " in r1",
        assertThrows(ProgramFault.class, () -> exec("r1 = 0\ncall 44\nexit")).getMessage());
  }

  @Test
  void whatNeedsAnObjectIsRefusedBeforeARun() {
    assertTrue(
        assertThrows(InputException.class, () -> exec("r0 = 0\nmap 10\nexit"))
            .getMessage()
            .startsWith("insn 1: needs an object or a kernel"));
  }

  @Test
  void memoryIsReadAndWritten() {
    byte[] memory = {1, 2, 3, 4, (byte) 0x85, 6, 7, 8};
    assertEquals(
        0x85 + 8,
        RefEngine.exec(
            Objects.code(
                """
                r0 = *(u8 *)(r1 + 4)
                r0 += r2
                *(u16 *)(r1 + 1) = 0x1122
                exit
                """
                    .replace("0x1122", "4386")),
            memory));
    assertEquals(0x22, memory[1]);
    assertEquals(0x11, memory[2]);
    assertEquals(-123, RefEngine.exec(Objects.code("r0 = *(s8 *)(r1 + 4)\nexit"), memory));
    assertEquals(
        "program exec, insn 0: reads 4 bytes at memory offset 5 of 8 bytes: check the bounds"
            + " before the access",
        assertThrows(
                ProgramFault.class,
                () -> RefEngine.exec(Objects.code("r0 = *(u32 *)(r1 + 5)\nexit"), memory))
            .getMessage());
  }
}
