package org.weft.sim.validate;

import java.util.ArrayList;
import java.util.List;

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

  /** A byte that counts, and what one more in it adds to the operands' difference. */
  private record Place(int part, int at, long slope) {}

  private final Search search;
  private final int edge;
  private final boolean is64;

  Influence(Search search, int edge, boolean is64) {
    this.search = search;
    this.edge = edge;
    this.is64 = is64;
  }

  /** Tries to turn the n-th execution of the edge's jump. */
  void solve(Scenario base, int occurrence) {
    Recorder.Operands before = run(base, occurrence);
    if (before == null || isDone()) {
      return;
    }
    List<Place> places = places(base, occurrence, before);
    for (Place place : places) {
      exhaust(base, place);
    }
    for (int target = -1; target <= 1 && !isDone(); target++) {
      descend(base, occurrence, places, target);
    }
    for (int i = 0; i + 1 < places.size() && !isDone(); i++) {
      setTogether(base, places.get(i), places.get(i + 1));
    }
  }

  private boolean isDone() {
    return search.isOver() || search.coverage.isReached(edge);
  }

  private Recorder.Operands run(Scenario scenario, int occurrence) {
    return search.run(scenario) ? search.recorder.operands(edge, occurrence) : null;
  }

  private long difference(Recorder.Operands operands) {
    long difference = operands.left() - operands.right();
    return is64 ? difference : (int) difference;
  }

  private List<Place> places(Scenario base, int occurrence, Recorder.Operands before) {
    List<Place> places = new ArrayList<>();
    List<byte[]> parts = base.parts();
    for (int part = 0; part < parts.size(); part++) {
      int length = Math.min(parts.get(part).length, MAX_BYTES);
      for (int at = 0; at < length && places.size() < MAX_FOUND && !isDone(); at++) {
        Recorder.Operands other = run(changed(base, part, at, 0xa5), occurrence);
        if (other == null || other.equals(before) || isDone()) {
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

  private void exhaust(Scenario base, Place place) {
    for (int flip = 1; flip < 256 && !isDone(); flip++) {
      search.run(changed(base, place.part(), place.at(), flip));
    }
  }

  /**
   * Brings the operands' difference to a target, taking the bytes with the steepest slope first.
   */
  private void descend(Scenario base, int occurrence, List<Place> places, int target) {
    List<Place> steep = new ArrayList<>(places);
    steep.removeIf(place -> place.slope() == 0);
    steep.sort((a, b) -> Long.compareUnsigned(Math.abs(b.slope()), Math.abs(a.slope())));
    Scenario current = base;
    for (int round = 0; round < ROUNDS && !isDone(); round++) {
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

  /** Two neighbours: a few values at once, for what neither does alone. */
  private void setTogether(Scenario base, Place a, Place b) {
    int[] values = {0, 1, 2, 0x7f, 0x80, 0xfe, 0xff};
    for (int one : values) {
      for (int two : values) {
        if (isDone()) {
          return;
        }
        Scenario changed = base.copy();
        changed.parts().get(a.part())[a.at()] = (byte) one;
        changed.parts().get(b.part())[b.at()] = (byte) two;
        search.run(changed);
      }
    }
  }
}
