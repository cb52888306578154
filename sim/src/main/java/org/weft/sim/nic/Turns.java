package org.weft.sim.nic;

/** Whose turn it is among the contexts of a core, and what the others wait for. See [C2], [C3]. */
final class Turns {
  // Sets of contexts: those that can be selected; those without packet; those that wait.
  long ready;
  long free;
  long inCall;
  long inMap;
  long inDivision;

  /** Those that are selected before others of their half: the ones behind its last. */
  private long behind = -1;

  private final CoreCpus cpus;
  private final CoreMemory memory;

  Turns(int contexts, CoreCpus cpus, CoreMemory memory) {
    free = -1L >>> Long.SIZE - contexts;
    this.cpus = cpus;
    this.memory = memory;
  }

  /** Selects the next context of a half, as a set; none if no one is ready. */
  long select(long half) {
    long mine = ready & half & ~cpus.parked();
    if (mine == 0) {
      return 0;
    }
    long first = mine & behind;
    long selected = Long.lowestOneBit(first != 0 ? first : mine);
    behind = behind & ~half | -2 * selected & half;
    ready &= ~selected;
    return selected;
  }

  /** Contexts that wait for a call, a map value or a division, as a set. */
  long waiting() {
    return inCall | inMap | inDivision;
  }

  /** Nobody of a half was ready: counts why. */
  void countIdle(long half, Account account) {
    if ((free & half) != 0) {
      account.noPacket++;
    } else if ((cpus.parked() & half) != 0) {
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
    } else if ((cpus.parked() & bit) != 0) {
      return "cpu";
    } else if ((ready & bit) != 0) {
      return "ready";
    } else if ((memory.zeroing() & bit) != 0) {
      return "zeroing";
    } else if ((inCall & bit) != 0) {
      return "call";
    } else if ((inMap & bit) != 0) {
      return "map";
    }
    return (inDivision & bit) != 0 ? "division" : "pipeline";
  }
}
