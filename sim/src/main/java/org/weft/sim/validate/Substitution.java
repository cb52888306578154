package org.weft.sim.validate;

import java.util.List;
import java.util.function.Predicate;

/**
 * Looks for the operands of a comparison among the bytes of a scenario and puts others in their
 * place: input-to-state correspondence, as in RedQueen (Aschermann et al., NDSS 2019).
 */
final class Substitution {
  private static final int[] WIDTHS = {8, 4, 2, 1};

  /** Places at which one value is replaced. */
  private static final int MAX_PLACES = 24;

  private final Scenario base;
  private final long left;
  private final long right;

  Substitution(Scenario base, Recorder.Operands operands, boolean is64) {
    this.base = base;
    left = is64 ? operands.left() : operands.left() & 0xffffffffL;
    right = is64 ? operands.right() : operands.right() & 0xffffffffL;
  }

  /** Numbers that flip a comparison of a value with another, or come near. */
  static long[] wanted(long value, long other) {
    return new long[] {
      other, other + 1, other - 1, value | Long.lowestOneBit(other), value & ~other, value | other
    };
  }

  /** Tries the scenarios until one says to stop. */
  void each(Predicate<Scenario> attempt) {
    if (replace(left, right, attempt)) {
      replace(right, left, attempt);
    }
  }

  private boolean replace(long value, long other, Predicate<Scenario> attempt) {
    for (int width : WIDTHS) {
      if (!fits(value, width)) {
        continue;
      }
      for (boolean big : new boolean[] {true, false}) {
        if (width == 1 && big) {
          continue;
        }
        if (!replace(value, other, width, big, attempt)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean replace(
      long value, long other, int width, boolean big, Predicate<Scenario> attempt) {
    List<byte[]> parts = base.parts();
    int places = 0;
    for (int part = 0; part < parts.size(); part++) {
      byte[] bytes = parts.get(part);
      for (int at = 0; at + width <= bytes.length && places < MAX_PLACES; at++) {
        if (!isAt(bytes, at, value, width, big)) {
          continue;
        }
        places++;
        for (long target : wanted(value, other)) {
          if (target != value && fits(target, width)) {
            Scenario changed = base.copy();
            write(changed.parts().get(part), at, target, width, big);
            if (!attempt.test(changed)) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }

  private static boolean fits(long value, int width) {
    return width == 8 || value >> 8 * width == 0 || value >> 8 * width - 1 == -1;
  }

  private static boolean isAt(byte[] bytes, int at, long value, int width, boolean big) {
    for (int i = 0; i < width; i++) {
      if (bytes[at + (big ? width - 1 - i : i)] != (byte) (value >> 8 * i)) {
        return false;
      }
    }
    return true;
  }

  static void write(byte[] bytes, int at, long value, int width, boolean big) {
    for (int i = 0; i < width; i++) {
      bytes[at + (big ? width - 1 - i : i)] = (byte) (value >> 8 * i);
    }
  }
}
