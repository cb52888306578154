package org.weft.compiler.verifier;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.compiler.verifier.VerifierCases.MAPS;
import static org.weft.compiler.verifier.VerifierCases.PACKET;
import static org.weft.compiler.verifier.VerifierCases.lookup;
import static org.weft.compiler.verifier.VerifierCases.program;
import static org.weft.compiler.verifier.VerifierCases.refuses;
import static org.weft.compiler.verifier.VerifierCases.verify;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Context, packet, values and stack: what is safe passes, and what differs from it in one thing
 * does not.
 */
class MemoryTest {
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
}
