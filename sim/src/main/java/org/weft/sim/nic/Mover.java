package org.weft.sim.nic;

/** Reads and writes the memory of a half for calls of its contexts, in clocks in which it moves. */
final class Mover {
  /** The oldest first. */
  private final Fifo<Request> calls;

  private final CoreRequests requests;

  Mover(int contexts, CoreRequests requests) {
    calls = new Fifo<>(contexts);
    this.requests = requests;
  }

  void add(Request call) {
    calls.add(call);
  }

  boolean isIdle() {
    return calls.isEmpty();
  }

  /** A clock in which the half moves; whether the mover uses the way out of it. */
  boolean move(long now) {
    Request call = calls.head();
    if (call.ready > now || !call.begun && requests.holdUp(call, now)) {
      return false;
    }
    call.begun = true;
    boolean moves = call.move(now);
    if (call.isMoved(now) && !(call.isEntry() && requests.hasAsked(now))) {
      calls.remove();
      requests.moved(call, now);
    }
    return moves;
  }
}
