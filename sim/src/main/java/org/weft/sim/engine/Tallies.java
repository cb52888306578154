package org.weft.sim.engine;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a comparison of two engines found, by aspect. What could not be compared is counted with the
 * reason, never taken for equal.
 */
public class Tallies {
  private final String left;
  private final String right;
  private final Map<Aspect, Tally> found = new EnumMap<>(Aspect.class);
  private final Tally redirects = new Tally();

  /**
   * Nothing found yet.
   *
   * @param left name of the engine that judges
   * @param right name of the engine that is judged
   */
  public Tallies(String left, String right) {
    this.left = left;
    this.right = right;
    for (Aspect aspect : Aspect.values()) {
      found.put(aspect, new Tally());
    }
  }

  /** The engine that judges. */
  public String left() {
    return left;
  }

  /** The engine that is judged. */
  public String right() {
    return right;
  }

  /** What was found of one aspect. */
  public Tally tally(Aspect aspect) {
    return found.get(aspect);
  }

  /** Redirect targets that could not be compared; the others count with the verdicts. */
  public Tally redirects() {
    return redirects;
  }

  /** Counts a packet that was not run. */
  public void leftOut(String reason) {
    tally(Aspect.VERDICTS).incomparable(reason);
    tally(Aspect.PACKETS).incomparable(reason);
  }

  /** The aspects of which anything was found, in their order; what maps hold is always one. */
  public List<Aspect> aspects() {
    return Arrays.stream(Aspect.values())
        .filter(aspect -> aspect.isAlways() || !tally(aspect).isEmpty())
        .toList();
  }

  /** Whether anything differs. */
  public boolean differs() {
    return found.values().stream().anyMatch(tally -> tally.differentCount() > 0);
  }
}
