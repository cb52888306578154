package org.weft.sim.validate;

import java.util.Arrays;
import java.util.function.Predicate;

/** Makes a scenario smaller as long as it keeps a property. */
final class Shrinker {
  private static final int MAX_TRIES = 4000;

  private final Predicate<Scenario> property;
  private Scenario best;
  private int tries;

  private Shrinker(Scenario first, Predicate<Scenario> property) {
    best = first;
    this.property = property;
  }

  /** A scenario with the property that nothing more can be taken from, or nearly so. */
  static Scenario shrink(Scenario scenario, Predicate<Scenario> property) {
    Shrinker shrinker = new Shrinker(scenario.copy(), property);
    for (int round = 0; round < 2; round++) {
      shrinker.removeEntries();
      shrinker.shorten();
      shrinker.zero();
    }
    return shrinker.best;
  }

  private boolean take(Scenario smaller) {
    if (tries++ >= MAX_TRIES || !property.test(smaller)) {
      return false;
    }
    best = smaller;
    return true;
  }

  private void removeEntries() {
    for (int i = best.entries.size() - 1; i >= 0; i--) {
      Scenario smaller = best.copy();
      smaller.entries.remove(i);
      take(smaller);
    }
  }

  private void shorten() {
    for (int length = 0; length < best.metadata.length; length += 4) {
      Scenario smaller = best.copy();
      smaller.resizeMetadata(length);
      if (take(smaller)) {
        break;
      }
    }
    for (int cut = Integer.highestOneBit(Math.max(1, best.frame.length)); cut > 0; cut /= 2) {
      boolean goesOn = true;
      while (goesOn && best.frame.length >= cut) {
        Scenario smaller = best.copy();
        smaller.resize(best.frame.length - cut);
        goesOn = take(smaller);
      }
    }
  }

  /** Sets bytes to what they are by default: first many at once, then one at a time. */
  private void zero() {
    byte[] plain = Scenario.plainContext();
    for (int field = 0; field < plain.length; field += 4) {
      Scenario smaller = best.copy();
      System.arraycopy(plain, field, smaller.context, field, 4);
      if (!Arrays.equals(smaller.context, best.context)) {
        take(smaller);
      }
    }
    zero(-1, best.frame.length);
    for (int i = 0; i < best.entries.size(); i++) {
      zero(i, best.entries.get(i).value().length);
    }
  }

  /** In the frame (-1) or the value of an entry. */
  private void zero(int part, int length) {
    for (int step = Integer.highestOneBit(Math.max(1, length)); step > 0; step /= 2) {
      for (int from = 0; from < length; from += step) {
        Scenario smaller = best.copy();
        byte[] bytes = part < 0 ? smaller.frame : smaller.entries.get(part).value();
        byte[] before = bytes.clone();
        Arrays.fill(bytes, from, Math.min(length, from + step), (byte) 0);
        if (!Arrays.equals(before, bytes)) {
          take(smaller);
        }
      }
    }
  }
}
