package org.weft.sim.nic;

/** The logical CPUs of a core: who is alone on one, and who waits for that. See [P7]. */
final class CoreCpus {
  private static final int MOST = 256;

  private final boolean[] busy = new boolean[MOST];

  private final Turns turns;

  CoreCpus(Turns turns) {
    this.turns = turns;
  }

  /**
   * Whether a packet is alone on its CPU as far as a row asks for it; takes or leaves the CPU, or
   * parks the context.
   */
  boolean own(Context context, CpuSection.Mark mark) {
    if (mark == CpuSection.Mark.KEPT || mark == CpuSection.Mark.OPEN && !context.alone) {
      return true;
    }
    int cpu = context.packet.cpu;
    if (mark != CpuSection.Mark.OPEN && busy[cpu] && !context.alone) {
      turns.parked |= 1L << context.number;
      return false;
    }
    if (mark == CpuSection.Mark.ALONE) {
      busy[cpu] = true;
      context.alone = true;
    } else if (context.alone) {
      leave(context);
    }
    return true;
  }

  /** The CPU of a context that is alone is for others again. */
  void leave(Context context) {
    busy[context.packet.cpu] = false;
    context.alone = false;
    turns.unparks = true;
  }
}
