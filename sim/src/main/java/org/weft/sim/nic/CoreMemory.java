package org.weft.sim.nic;

import org.weft.isa.machine.MachineSpec;

/**
 * Packets and stacks of a core, in two halves: what moves while the pipeline uses the other one.
 */
final class CoreMemory {
  private static final long EVEN = 0x5555_5555_5555_5555L;

  private final Half even;
  private final Half odd;
  private final Mover[] movers = new Mover[2];
  private final Context[] contexts;

  // Sets of contexts. All of a half are in the first two, or none: whether calls wait for their
  // memory, whether a packet needs a context.
  private long reads;
  private long startable;

  /** Those of whose stack lines are still to be zeroed. */
  private long zeroing;

  CoreMemory(MachineSpec machine, CoreRequests requests, Context... contexts) {
    this.contexts = contexts;
    even = new Half(machine, 2 * requests.core());
    odd = new Half(machine, 2 * requests.core() + 1);
    for (int i = 0; i < movers.length; i++) {
      movers[i] = new Mover(contexts.length, requests);
    }
  }

  /** The contexts of a half, as a set. */
  static long contextsOf(int half) {
    return half == 0 ? EVEN : ~EVEN;
  }

  Half half(int which) {
    return which == 0 ? even : odd;
  }

  /** The contexts whose half has a packet that needs one. */
  long startable() {
    return startable;
  }

  /** The contexts whose stack is being zeroed. */
  long zeroing() {
    return zeroing;
  }

  /** The oldest packet of a half that has no context gets one. */
  Packet start(int which) {
    Packet packet = half(which).start();
    look(which);
    return packet;
  }

  /** The program of a context's packet has ended. */
  void end(Context context) {
    half(context.number & 1).ended(context.packet);
  }

  /** The lines of a context's stack have to be zeroed. */
  void zero(Context context) {
    zeroing |= 1L << context.number;
  }

  /** A context makes a call. */
  void call(Context context) {
    int which = context.number & 1;
    movers[which].add(context.call);
    reads |= contextsOf(which);
  }

  /** A clock in which a half moves; the context whose stack is all zero with it, as a set. */
  long move(int which, long now) {
    long mine = contextsOf(which);
    Half half = half(which);
    if (((reads | zeroing) & mine) == 0 && !half.moves(now)) {
      return 0;
    }
    long zeroed = 0;
    long left = zeroing & mine;
    if (left == 0) {
      half.moveIn(now);
      look(which);
    } else if (--contexts[Long.numberOfTrailingZeros(left)].lines == 0) {
      zeroed = Long.lowestOneBit(left);
      zeroing &= ~zeroed;
    }
    if ((reads & mine) == 0 || !move(movers[which], mine, now)) {
      half.moveOut(now);
    }
    return zeroed;
  }

  private boolean move(Mover mover, long mine, long now) {
    boolean moved = mover.move(now);
    reads = mover.isIdle() ? reads & ~mine : reads;
    return moved;
  }

  /** Notes whether a packet of a half needs a context. */
  private void look(int which) {
    long mine = contextsOf(which);
    startable = half(which).hasStartable() ? startable | mine : startable & ~mine;
  }
}
