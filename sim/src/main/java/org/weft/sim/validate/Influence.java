package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the bytes that a comparison depends on, by changing one after the other, and then the
 * values of these bytes that turn it: each value of one byte, and steps along the difference where
 * several bytes add up (as in Angora, Chen and Chen, S&amp;P 2018). What the program computed on
 * the way does not matter.
 */
final class Influence {
  /** Bytes of each part that are tried. */
  private static final int MAX_BYTES = 192;

  private static final int MAX_FOUND = 12;
  private static final int ROUNDS = 6;

  /** Pairs of values that are tried of two bytes. */
  private static final int MAX_PAIRS = 1024;

  /** A byte that counts, and what one more in it adds to the operands' difference. */
  private record Place(int part, int at, long slope) {}

  private final Search search;
  private final Pursuit pursuit;
  private final int edge;

  /** A search at an edge's jump. */
  Influence(Search search, Pursuit pursuit, int edge) {
    this.search = search;
    this.pursuit = pursuit;
    this.edge = edge;
  }

  /** Tries to turn the n-th execution of the edge's jump. */
  void solve(Scenario base, int occurrence) {
    Recorder.Operands before = run(base, occurrence);
    if (before == null || pursuit.isDone()) {
      return;
    }
    List<Place> places = places(base, occurrence, before);
    List<List<Integer>> kinds = new ArrayList<>();
    for (Place place : places) {
      kinds.add(exhaust(base, occurrence, place));
    }
    for (int target = -1; target <= 1 && !pursuit.isDone(); target++) {
      add(base, occurrence, places, target - difference(before));
      descend(base, occurrence, places, target);
    }
    for (int i = 0; i + 1 < places.size() && !pursuit.isDone(); i++) {
      for (int j = i + 1; j < places.size(); j++) {
        setTogether(base, places.get(i), kinds.get(i), places.get(j), kinds.get(j));
      }
    }
  }

  private Recorder.Operands run(Scenario scenario, int occurrence) {
    return pursuit.run(scenario) ? search.recorder.operands(edge, occurrence) : null;
  }

  private long difference(Recorder.Operands operands) {
    long difference = operands.left() - operands.right();
    return search.edges.isNarrow(edge) ? (int) difference : difference;
  }

  private List<Place> places(Scenario base, int occurrence, Recorder.Operands before) {
    List<Place> places = new ArrayList<>();
    List<byte[]> parts = base.parts();
    for (int part = 0; part < parts.size(); part++) {
      int length = Math.min(parts.get(part).length, MAX_BYTES);
      for (int at = 0; at < length && places.size() < MAX_FOUND && !pursuit.isDone(); at++) {
        Recorder.Operands other = run(changed(base, part, at, 0xa5), occurrence);
        if (other == null || other.equals(before) || pursuit.isDone()) {
          continue;
        }
        byte now = parts.get(part)[at];
        int step = now == -1 ? -1 : 1;
        Recorder.Operands next = run(changed(base, part, at, now ^ now + step), occurrence);
        long slope = next == null ? 0 : (difference(next) - difference(before)) * step;
        places.add(new Place(part, at, slope));
      }
    }
    return places;
  }

  private static Scenario changed(Scenario base, int part, int at, int flip) {
    Scenario changed = base.copy();
    changed.parts().get(part)[at] ^= (byte) flip;
    return changed;
  }

  /** Tries all values of a byte; those of them that the comparison tells apart. */
  private List<Integer> exhaust(Scenario base, int occurrence, Place place) {
    List<Integer> kinds = new ArrayList<>();
    Set<Recorder.Operands> seen = new HashSet<>();
    int now = base.parts().get(place.part())[place.at()];
    for (int value = 0; value < 256 && !pursuit.isDone(); value++) {
      Recorder.Operands operands =
          run(changed(base, place.part(), place.at(), now ^ value), occurrence);
      if (operands != null && seen.add(operands)) {
        kinds.add(value);
      }
    }
    return kinds;
  }

  /** Adds to the numbers that the bytes form what the comparison lacks; they may overflow. */
  private void add(Scenario base, int occurrence, List<Place> places, long lacking) {
    for (int from = 0; from < places.size() && !pursuit.isDone(); from++) {
      for (boolean big : new boolean[] {false, true}) {
        int end = from + 1;
        while (end < places.size() && continues(places.get(end - 1), places.get(end), big)) {
          end++;
        }
        if (end - from > 1) {
          Place least = places.get(big ? end - 1 : from);
          Scenario changed = base.copy();
          byte[] bytes = changed.parts().get(least.part());
          long carry = Math.floorDiv(lacking, least.slope());
          for (int i = 0; i < end - from; i++) {
            int at = big ? least.at() - i : least.at() + i;
            carry += bytes[at] & 0xff;
            bytes[at] = (byte) carry;
            carry >>= 8;
          }
          pursuit.run(changed);
          int below = big ? end : from - 1;
          if (lacking % least.slope() != 0 && below >= 0 && below < places.size()) {
            // The byte below is shifted away in part, so that one more in it may change nothing.
            exhaust(changed, occurrence, places.get(below));
          }
        }
      }
    }
  }

  /** Whether a byte is the next one of a number of several bytes. */
  private static boolean continues(Place last, Place next, boolean big) {
    boolean adjacent = last.part() == next.part() && last.at() + 1 == next.at();
    long low = big ? next.slope() : last.slope();
    long high = big ? last.slope() : next.slope();
    return adjacent && low != 0 && high == low * 256;
  }

  /**
   * Brings the operands' difference to a target, taking the bytes with the steepest slope first.
   */
  private void descend(Scenario base, int occurrence, List<Place> places, int target) {
    List<Place> steep = new ArrayList<>(places);
    steep.removeIf(place -> place.slope() == 0);
    steep.sort((a, b) -> Long.compareUnsigned(Math.abs(b.slope()), Math.abs(a.slope())));
    Scenario current = base;
    for (int round = 0; round < ROUNDS && !pursuit.isDone(); round++) {
      Recorder.Operands now = run(current, occurrence);
      if (now == null) {
        return;
      }
      long rest = target - difference(now);
      Scenario next = current.copy();
      for (Place place : steep) {
        byte[] bytes = next.parts().get(place.part());
        int old = bytes[place.at()] & 0xff;
        long steps = rest / place.slope();
        long value = Math.max(0, Math.min(255, old + steps));
        bytes[place.at()] = (byte) value;
        rest -= (value - old) * place.slope();
      }
      current = next;
    }
  }

  /** Two bytes at once, for what neither does alone, where few of their values differ. */
  private void setTogether(
      Scenario base, Place a, List<Integer> aKinds, Place b, List<Integer> bKinds) {
    if ((long) aKinds.size() * bKinds.size() > MAX_PAIRS) {
      return;
    }
    for (int one : aKinds) {
      for (int two : bKinds) {
        if (pursuit.isDone()) {
          return;
        }
        Scenario changed = base.copy();
        changed.parts().get(a.part())[a.at()] = (byte) one;
        changed.parts().get(b.part())[b.at()] = (byte) two;
        pursuit.run(changed);
      }
    }
  }
}
