package org.weft.isa.xdp;

/**
 * What {@code bpf_get_prandom_u32} gives: a function of a seed, the packet's number and the number
 * of the call among the packet's, so that all engines give the same. Each packet has a state of 32
 * bits, the exclusive or of seed and number at first; each call adds {@link #STEP} to it and mixes
 * the sum. Mixing is four times <i>h += h &lt;&lt; left, h ^= h &gt;&gt;&gt; right</i>, which takes
 * no multiplier; of random shifts these were those with which a changed bit of the state changes
 * each bit of the result most nearly half of the time.
 */
public final class RandomNumbers {
  /** What each call adds to the state: 2^32 by the golden ratio. */
  public static final int STEP = 0x9e3779b9;

  /** Rounds of mixing. */
  public static final int ROUNDS = 4;

  private static final int[] LEFT = {17, 3, 5, 10};
  private static final int[] RIGHT = {11, 6, 4, 15};

  private RandomNumbers() {}

  /** How far a round shifts to the left. */
  public static int left(int round) {
    return LEFT[round];
  }

  /** How far it shifts to the right. */
  public static int right(int round) {
    return RIGHT[round];
  }

  /** The number of a state to which a call has added. */
  public static int mix(int state) {
    int h = state;
    for (int round = 0; round < ROUNDS; round++) {
      h += h << LEFT[round];
      h ^= h >>> RIGHT[round];
    }
    return h;
  }

  /** The seed of the hardware, of 32 bits, for one of 64: the same as long as it fits. */
  public static int seed(long seed) {
    return (int) seed ^ mix((int) (seed >>> Integer.SIZE));
  }

  /** The state of a packet before its first call. */
  public static int state(int seed, long packetNumber) {
    return seed ^ (int) packetNumber;
  }
}
