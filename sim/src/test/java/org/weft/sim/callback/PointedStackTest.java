package org.weft.sim.callback;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stack that a program reads or writes at an address that is not a constant, beside other stack.
 */
class PointedStackTest {
  private static final int WORDS = 50;
  private static final int ARRAY = 13 * Long.BYTES;

  /**
   * The packet's words go to the stack, one below the other, and its first bytes to an array above
   * them, of which one byte is read and another written at offsets that the packet says. Then the
   * packet is overwritten, and the words are looked at, with a branch for each.
   */
  private static String program(String access) {
    StringBuilder text =
        new StringBuilder(
            """
            r6 = *(u32 *)(r1 + 0); r7 = *(u32 *)(r1 + 4); r8 = r6; r8 += 124; r0 = 1
            if r8 > r7 goto out
            """);
    for (int i = 0; i < WORDS; i++) {
      text.append("r2 = *(u64 *)(r6 + %d); ".formatted(2 * i));
      text.append("*(u64 *)(r10 - %d) = r2\n".formatted(ARRAY + 8 + 8 * i));
    }
    for (int i = 0; i < ARRAY; i += Long.BYTES) {
      text.append("r2 = *(u64 *)(r6 + %d); ".formatted(i));
      text.append("*(u64 *)(r10 - %d) = r2\n".formatted(ARRAY - i));
    }
    text.append("r9 = *(u8 *)(r6 + 14); r9 &= 63; r8 = *(u8 *)(r6 + 15); r8 &= 63\n");
    for (int i = 0; i < 15; i++) {
      text.append("*(u64 *)(r6 + %d) = %d\n".formatted(8 * i, i));
    }
    text.append(access);
    for (int i = 0; i < WORDS; i++) {
      text.append("r3 = r0; r0 <<= 5; r0 -= r3; ");
      text.append("r2 = *(u64 *)(r10 - %d)\n".formatted(ARRAY + 8 + 8 * (i * 7 % WORDS)));
      text.append("if r2 s> r0 goto +1\nr0 += r2\n");
    }
    return text.append("*(u64 *)(r6 + 8) = r0; r0 = 3\nout: exit\n").toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Reads a byte.
        "r2 = r10; r2 += -104; r2 += r9; r0 = *(u8 *)(r2 + 3)\n",
        // Writes one, and reads another one.
        "r2 = r10; r2 += -104; r3 = r2; r2 += r9; *(u8 *)(r2 + 5) = r8; r3 += r8;"
            + " r0 = *(u8 *)(r3 + 0)\n",
        // One of two constant places.
        "r2 = r10; r2 += -104\nif r9 > r8 goto +1\nr2 += 32\n*(u8 *)(r2 + 5) = 7; r0 = *(u8 *)"
            + "(r10 - 99); r1 = *(u8 *)(r10 - 67); r0 += r1\n",
        // A byte below the array, among the words.
        "r2 = r10; r2 += -120; r2 += r9; *(u8 *)(r2 + 0) = 9; r0 = *(u8 *)(r2 + 8)\n",
      })
  void otherWordsNeedNoStack(String access) {
    Random random = new Random(5);
    Set<Integer> results = new HashSet<>();
    try (AllEngines engines = new AllEngines(Assembly.object(program(access)), List.of("nic100"))) {
      for (int i = 0; i < 60; i++) {
        byte[] frame = new byte[i % 10 == 0 ? 100 : 128];
        random.nextBytes(frame);
        results.add(engines.run(frame));
      }
    }
    assertTrue(results.contains(3), results::toString);
  }
}
