package org.weft.sim.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClockTest {
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

  @Test
  void nanosecondsAreThoseOfExactArithmetic() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      boolean binary = random.nextBoolean();
      int power = random.nextInt(binary ? 63 : 19);
      long ticks = random.nextLong() >>> random.nextInt(64);
      int offset = random.nextInt(1000);
      BigInteger unit = binary ? BigInteger.TWO.pow(power) : BigInteger.TEN.pow(power);
      long want =
          new BigInteger(Long.toUnsignedString(ticks))
              .multiply(NANOS)
              .divide(unit)
              .add(NANOS.multiply(BigInteger.valueOf(offset)))
              .longValue();
      Clock clock = new Clock(binary ? 0x80 | power : power, offset);
      assertEquals(want, clock.nanos(ticks), clock + ", ticks " + Long.toUnsignedString(ticks));
    }
  }

  @Test
  void resolutionsBeyondSixtyFourBitsAreUnknown() {
    assertTrue(Clock.isKnown(18) && Clock.isKnown(0x80 | 62));
    assertFalse(Clock.isKnown(19) || Clock.isKnown(0x80 | 63));
  }
}
