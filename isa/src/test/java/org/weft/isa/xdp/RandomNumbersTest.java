package org.weft.isa.xdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random numbers of packets and calls that follow each other look like random ones. */
final class RandomNumbersTest {
  private static final int PACKETS = 1 << 16;

  private static int number(int seed, long packet, int call) {
    return RandomNumbers.mix(RandomNumbers.state(seed, packet) + (call + 1) * RandomNumbers.STEP);
  }

  @Test
  void eachBitOfAStateChangesEachBitOfTheNumberHalfOfTheTime() {
    for (int in = 0; in < Integer.SIZE; in++) {
      int[] changes = new int[Integer.SIZE];
      for (int packet = 0; packet < PACKETS; packet++) {
        int change = number(0, packet, 0) ^ number(1 << in, packet, 0);
        for (int out = 0; out < Integer.SIZE; out++) {
          changes[out] += change >>> out & 1;
        }
      }
      for (int out = 0; out < Integer.SIZE; out++) {
        assertEquals(0.5, changes[out] / (double) PACKETS, 0.04, "bit " + in + " to " + out);
      }
    }
  }

  @Test
  void residuesOfPacketsThatFollowEachOtherAreEven() {
    for (int modulus : new int[] {2, 3, 4, 7, 10, 16, 100, 256}) {
      for (int call = 0; call < 3; call++) {
        int[] counts = new int[modulus];
        for (int packet = 0; packet < PACKETS; packet++) {
          counts[Integer.remainderUnsigned(number(7, packet, call), modulus)]++;
        }
        double expected = PACKETS / (double) modulus;
        double sum = 0;
        for (int count : counts) {
          sum += (count - expected) * (count - expected) / expected;
        }
        // Chi-square: five standard deviations above its mean.
        double most = modulus - 1 + 5 * Math.sqrt(2.0 * (modulus - 1));
        assertTrue(sum < most, "modulo " + modulus + ", call " + call + ": " + sum);
      }
    }
  }

  @Test
  void gapsBetweenSamplesVary() {
    Set<Integer> gaps = new HashSet<>();
    int last = 0;
    for (int packet = 0; packet < PACKETS; packet++) {
      if ((number(0, packet, 0) & 63) == 0) {
        gaps.add(packet - last);
        last = packet;
      }
    }
    assertTrue(gaps.size() > 150, gaps.size() + " different gaps");
  }

  @Test
  void seedsThatFitAreThemselvesAndOthersDiffer() {
    assertEquals(0, RandomNumbers.seed(0));
    assertEquals(0x89abcdef, RandomNumbers.seed(0x89abcdefL));
    assertNotEquals(0, RandomNumbers.seed(-1));
    assertNotEquals(RandomNumbers.seed(1), RandomNumbers.seed(1L << 32));
  }
}
