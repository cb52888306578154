package org.weft.bitstream;

import java.util.ArrayList;
import java.util.List;

/**
 * What FPGAs are made of, counted: what a device has, or what a design takes of it.
 *
 * @param luts look-up tables, of as many inputs as the device's have
 * @param flipFlops flip-flops
 * @param brams block memories, of the device's size
 * @param urams larger block memories, where a device has any
 * @param dsps multipliers, where a device has any
 */
public record Resources(int luts, int flipFlops, int brams, int urams, int dsps) {

  /** Nothing of anything. */
  public static final Resources NONE = new Resources(0, 0, 0, 0, 0);

  /** Names of the counts, in their order. */
  public static final List<String> NAMES = List.of("LUT", "FF", "BRAM", "URAM", "DSP");

  /** The counts, in the order of {@link #NAMES}. */
  public List<Integer> counts() {
    return List.of(luts, flipFlops, brams, urams, dsps);
  }

  /** The sum. */
  public Resources plus(Resources other) {
    return new Resources(
        luts + other.luts,
        flipFlops + other.flipFlops,
        brams + other.brams,
        urams + other.urams,
        dsps + other.dsps);
  }

  /** So many of it. */
  public Resources times(int number) {
    return new Resources(
        luts * number, flipFlops * number, brams * number, urams * number, dsps * number);
  }

  /** Whether all of it is in what a device has. */
  public boolean fits(Resources available) {
    return excess(available).isEmpty();
  }

  /** What there is too much of, for people: {@code 8000 LUT of 7680}; empty where it fits. */
  public String excess(Resources available) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < NAMES.size(); i++) {
      if (counts().get(i) > available.counts().get(i)) {
        parts.add(counts().get(i) + " " + NAMES.get(i) + " of " + available.counts().get(i));
      }
    }
    return String.join(", ", parts);
  }
}
