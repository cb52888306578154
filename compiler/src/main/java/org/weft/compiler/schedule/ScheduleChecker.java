package org.weft.compiler.schedule;

import org.weft.isa.InputException;
import org.weft.isa.image.ImageCheck;
import org.weft.isa.image.ProgramImage;
import org.weft.isa.row.Region;
import org.weft.isa.row.Row;
import org.weft.isa.row.Slot;

/**
 * Checks finished rows against the rules of a row; shares no code with the scheduler. What the
 * machine has is {@link ImageCheck}'s part; this adds what only a compiler can promise: no register
 * is written twice and no two stores may overlap.
 */
public final class ScheduleChecker {
  private ScheduleChecker() {}

  /**
   * Checks an image.
   *
   * @throws IllegalStateException naming the row: the compiler is broken
   */
  public static void check(ProgramImage image) {
    try {
      ImageCheck.check(image);
    } catch (InputException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    for (int i = 0; i < image.rows().size(); i++) {
      check(i, image.rows().get(i));
    }
  }

  private static void check(int number, Row row) {
    int written = 0;
    for (int i = 0; i < row.slots().size(); i++) {
      Slot slot = row.slots().get(i);
      if ((written & slot.writes()) != 0) {
        throw new IllegalStateException("row " + number + " writes a register twice");
      }
      written |= slot.writes();
      for (int j = 0; j < i; j++) {
        if (mayOverlap(slot, row.slots().get(j))) {
          throw new IllegalStateException("row " + number + " has two stores that may overlap");
        }
      }
    }
  }

  private static boolean mayOverlap(Slot a, Slot b) {
    Written one = Written.by(a);
    Written two = Written.by(b);
    if (one == null || two == null || one.region != two.region) {
      return false;
    }
    boolean comparable = one.map == two.map && one.base == two.base;
    return !comparable
        || one.offset < two.offset + two.bytes && two.offset < one.offset + one.bytes;
  }

  /** The bytes that a slot writes in memory. */
  private record Written(Region region, int map, int base, int offset, int bytes) {
    static Written by(Slot slot) {
      if (slot instanceof Slot.Store s) {
        return new Written(s.region(), s.map(), s.base(), s.offset(), s.bytes());
      } else if (slot instanceof Slot.Atomic s) {
        return new Written(s.region(), s.map(), s.base(), s.offset(), s.is32() ? 4 : 8);
      }
      return null;
    }
  }
}
