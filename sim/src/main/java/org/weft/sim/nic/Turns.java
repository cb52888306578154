package org.weft.sim.nic;

/**
 * Whose turn it is among the contexts of a core, and what the others wait for. See [C2], [C3]. The
 * core is one of these, so that what it looks at in every clock lies together.
 */
abstract class Turns {
  // Sets of contexts: those that can be selected; those without packet; those that wait.
  long ready;
  long free;
  long inCall;
  long inMap;
  long inDivision;

  /** Those that found their CPU busy, until one of the core's is free. */
  long parked;

  /** Those that are selected before others of their half: the ones behind its last. */
  private long behind = -1;

  /** Whether a CPU was given back: those who are parked can be selected from the next clock on. */
  boolean unparks;

  Turns(int contexts) {
    free = -1L >>> Long.SIZE - contexts;
  }

  /** The contexts whose stack is being zeroed, as a set. */
  abstract long zeroing();

  /** Takes the next context of a half, as a set; none if no one is ready. */
  long take(long half) {
    long mine = ready & half & ~parked;
    if (mine == 0) {
      return 0;
    }
    long first = mine & behind;
    long selected = Long.lowestOneBit(first != 0 ? first : mine);
    behind = behind & ~half | -2 * selected & half;
    ready &= ~selected;
    return selected;
  }

  /** Those that found a CPU busy try once more if one was given back. */
  void unpark() {
    if (unparks) {
      parked = 0;
      unparks = false;
    }
  }

  /** Contexts that wait for a call, a map value or a division, as a set. */
  long waiting() {
    return inCall | inMap | inDivision;
  }

  /** Nobody of a half was ready: counts why. */
  void countIdle(long half, Account account) {
    if ((free & half) != 0) {
      account.noPacket++;
    } else if ((parked & half) != 0) {
      account.cpu++;
    } else if ((inCall & half) != 0) {
      account.helper++;
    } else if ((inMap & half) != 0) {
      account.mapBank++;
    } else if ((inDivision & half) != 0) {
      account.divider++;
    } else {
      account.pipeline++;
    }
  }

  /** What a context does, in a word. */
  String state(int context) {
    long bit = 1L << context;
    if ((free & bit) != 0) {
      return "free";
    } else if ((parked & bit) != 0) {
      return "cpu";
    } else if ((ready & bit) != 0) {
      return "ready";
    } else if ((zeroing() & bit) != 0) {
      return "zeroing";
    } else if ((inCall & bit) != 0) {
      return "call";
    } else if ((inMap & bit) != 0) {
      return "map";
    }
    return (inDivision & bit) != 0 ? "division" : "pipeline";
  }
}
