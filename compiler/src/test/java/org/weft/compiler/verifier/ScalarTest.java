package org.weft.compiler.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.compiler.ebpf.AluOp;
import org.weft.compiler.ebpf.JumpOp;

/** What is known of numbers holds for every number that it was derived from. */
class ScalarTest {
  private static final int ROUNDS = 20_000;
  private static final long LOW = 0xffff_ffffL;

  private final Random random = new Random(1);

  /** Numbers near the ends of ranges, small ones, and any. */
  private long number() {
    long any = random.nextLong();
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(40) - 20;
      case 1 -> Integer.MIN_VALUE + (long) random.nextInt(5) - 2;
      case 2 -> Integer.MAX_VALUE + (long) random.nextInt(5) - 2;
      case 3 -> LOW + random.nextInt(5) - 2;
      case 4 -> Long.MIN_VALUE + random.nextInt(3);
      case 5 -> Long.MAX_VALUE - random.nextInt(3);
      case 6 -> any >>> random.nextInt(64);
      default -> any >> random.nextInt(64);
    };
  }

  /** Something that is known of a number: any of bits, bounds and bounds of the low half. */
  private Scalar about(long number) {
    long half = random.nextLong();
    long mask = random.nextInt(3) == 0 ? -1 : half & random.nextLong();
    Bits bits = random.nextInt(4) == 0 ? Bits.of(number) : new Bits(number & ~mask, mask);
    Scalar result = Scalar.of(bits, bounds(64, number), bounds(32, number));
    assertNotNull(result);
    assertTrue(holds(result, number), () -> result + " lost " + number);
    return result;
  }

  private Bounds bounds(int width, long number) {
    Bounds exact = Bounds.of(width, number);
    Bounds full = Bounds.full(width);
    long below = random.nextLong() >>> random.nextInt(64);
    long above = random.nextLong() >>> random.nextInt(64);
    long smin = exact.smin() - below;
    long smax = exact.smax() + above;
    long umin = exact.umin() - below;
    long umax = exact.umax() + above;
    boolean lowFits = smin <= exact.smin() && smin >= full.smin();
    boolean highFits = smax >= exact.smax() && smax <= full.smax();
    boolean leastFits =
        Long.compareUnsigned(umin, exact.umin()) <= 0
            && Long.compareUnsigned(umin, full.umax()) <= 0;
    boolean mostFits =
        Long.compareUnsigned(umax, exact.umax()) >= 0
            && Long.compareUnsigned(umax, full.umax()) <= 0;
    return new Bounds(
        width,
        lowFits ? smin : full.smin(),
        highFits ? smax : full.smax(),
        leastFits ? umin : 0,
        mostFits ? umax : full.umax());
  }

  private static boolean holds(Scalar scalar, long number) {
    return scalar.contains(Scalar.of(number));
  }

  private static long compute(AluOp op, boolean is64, long a, long b) {
    long left = is64 ? a : a & LOW;
    long right = is64 ? b : b & LOW;
    int by = (int) right & (is64 ? 63 : 31);
    long result =
        switch (op) {
          case ADD -> left + right;
          case SUB -> left - right;
          case MUL -> left * right;
          case DIV -> right == 0 ? 0 : Long.divideUnsigned(left, right);
          case MOD -> right == 0 ? left : Long.remainderUnsigned(left, right);
          case SDIV -> signedDivision(is64, left, right);
          case SMOD -> signedRemainder(is64, left, right);
          case OR -> left | right;
          case AND -> left & right;
          case XOR -> left ^ right;
          case LSH -> left << by;
          case RSH -> left >>> by;
          case ARSH -> is64 ? left >> by : (int) left >> by;
          case NEG -> -left;
          case MOV -> right;
          case MOVSX8 -> (byte) right;
          case MOVSX16 -> (short) right;
          case MOVSX32 -> (int) right;
        };
    return is64 ? result : result & LOW;
  }

  private static long signedDivision(boolean is64, long a, long b) {
    long left = is64 ? a : (int) a;
    long right = is64 ? b : (int) b;
    return right == 0 ? 0 : right == -1 ? -left : left / right;
  }

  private static long signedRemainder(boolean is64, long a, long b) {
    long left = is64 ? a : (int) a;
    long right = is64 ? b : (int) b;
    return right == 0 ? left : right == -1 ? 0 : left % right;
  }

  @ParameterizedTest
  @EnumSource(AluOp.class)
  void resultsAreAmongWhatIsSaidOfThem(AluOp op) {
    for (int i = 0; i < ROUNDS; i++) {
      long a = number();
      long b = number();
      boolean is64 = random.nextBoolean();
      if (op == AluOp.MOVSX32 && !is64) {
        continue;
      }
      Scalar left = about(a);
      Scalar right = about(b);
      Scalar result = Scalar.compute(op, is64, left, right);
      long exact = compute(op, is64, a, b);
      assertNotNull(result, () -> op + " of " + left + " and " + right);
      assertTrue(
          holds(result, exact),
          () ->
              a
                  + " "
                  + op
                  + (is64 ? "64 " : "32 ")
                  + b
                  + " = "
                  + exact
                  + " is not in "
                  + result
                  + ", from "
                  + left
                  + " and "
                  + right);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 32, 64})
  void widthsAreCutAndBytesSwapped(int width) {
    for (int i = 0; i < ROUNDS; i++) {
      long a = number();
      Scalar scalar = about(a);
      int spare = 64 - width;
      assertTrue(holds(scalar.low(width), a << spare >>> spare));
      assertTrue(holds(scalar.signExtended(width), a << spare >> spare));
      assertTrue(holds(scalar.swapped(width), Long.reverseBytes(a) >>> spare));
    }
  }

  private static boolean test(JumpOp op, boolean is64, long a, long b) {
    long left = is64 ? a : a & LOW;
    long right = is64 ? b : b & LOW;
    long signedLeft = is64 ? a : (int) a;
    long signedRight = is64 ? b : (int) b;
    return switch (op) {
      case JA -> true;
      case JEQ -> left == right;
      case JNE -> left != right;
      case JSET -> (left & right) != 0;
      case JGT -> Long.compareUnsigned(left, right) > 0;
      case JGE -> Long.compareUnsigned(left, right) >= 0;
      case JLT -> Long.compareUnsigned(left, right) < 0;
      case JLE -> Long.compareUnsigned(left, right) <= 0;
      case JSGT -> signedLeft > signedRight;
      case JSGE -> signedLeft >= signedRight;
      case JSLT -> signedLeft < signedRight;
      case JSLE -> signedLeft <= signedRight;
    };
  }

  @ParameterizedTest
  @EnumSource(value = JumpOp.class, mode = EnumSource.Mode.EXCLUDE, names = "JA")
  void noPairIsLostThatAComparisonLetsThrough(JumpOp op) {
    for (int i = 0; i < ROUNDS; i++) {
      long a = number();
      long b = random.nextInt(3) == 0 ? a + random.nextInt(3) - 1 : number();
      boolean is64 = random.nextBoolean();
      Scalar left = about(a);
      Scalar right = about(b);
      boolean outcome = test(op, is64, a, b);
      Comparison known =
          Comparison.assume(op, outcome, is64, Value.number(left), Value.number(right));
      String what = a + " " + op + (is64 ? "64 " : "32 ") + b + " is " + outcome;
      assertNotNull(known, () -> what + ", but that cannot be with " + left + " and " + right);
      assertTrue(holds(known.left(), a), () -> what + ": left " + left + " became " + known.left());
      assertTrue(
          holds(known.right(), b), () -> what + ": right " + right + " became " + known.right());
    }
  }

  @Test
  void boundsFollowFromComparisons() {
    Value any = Value.UNKNOWN;
    Value ten = Value.number(Scalar.of(10));
    Scalar below = Comparison.assume(JumpOp.JLT, true, true, any, ten).left();
    assertEquals(9, below.wide().umax());
    assertEquals(0, below.wide().smin());
    assertTrue(below.bits().contains(Bits.of(9)) && !below.bits().contains(Bits.of(16)));
    Scalar signed = Comparison.assume(JumpOp.JSLT, true, true, any, ten).left();
    assertEquals(9, signed.wide().smax());
    assertEquals(Long.MIN_VALUE, signed.wide().smin());
    assertNull(Comparison.assume(JumpOp.JGT, true, true, Value.number(below), ten));
    assertTrue(Comparison.assume(JumpOp.JEQ, true, true, any, ten).left().isConstant());
    Scalar bit = Comparison.assume(JumpOp.JSET, false, true, any, ten).left();
    assertEquals(0, bit.bits().max() & 10);
  }

  @Test
  void masksBoundNumbers() {
    Scalar masked = Scalar.compute(AluOp.AND, true, Scalar.UNKNOWN, Scalar.of(0x3c));
    assertEquals(0x3c, masked.wide().umax());
    assertEquals(0x3c, masked.wide().smax());
    assertFalse(masked.contains(Scalar.of(1)));
    Scalar shifted = Scalar.compute(AluOp.RSH, true, Scalar.UNKNOWN, Scalar.of(60));
    assertEquals(15, shifted.wide().umax());
    Scalar half = Scalar.compute(AluOp.MOV, false, Scalar.ZERO, Scalar.UNKNOWN);
    assertEquals(LOW, half.wide().umax());
  }
}
