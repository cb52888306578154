package org.weft.sim.nic;

/** Reads and writes the memory of a half for calls of its contexts, in clocks in which it moves. */
final class Mover {
  /** The oldest first. */
  private final Fifo<Request> calls;

  private final CoreRequests requests;

  /** The event that it works on, before all else, or null. */
  private Request event;

  Mover(int contexts, CoreRequests requests) {
    calls = new Fifo<>(contexts);
    this.requests = requests;
  }

  void add(Request call) {
    calls.add(call);
  }

  boolean isIdle() {
    return calls.isEmpty() && event == null;
  }

  /** A clock in which the half moves; whether the mover uses the way out of it. */
  boolean move(long now) {
    if (event != null) {
      return moveEvent(now);
    }
    Request call = calls.head();
    if (call.ready > now || !call.begun && requests.holdUp(call, now)) {
      return false;
    }
    call.begun = true;
    if (call.isEvent()) {
      event = calls.remove();
      return moveEvent(now);
    }
    boolean moves = call.move(now);
    if (call.isMoved(now) && !(call.isEntry() && requests.hasAsked(now))) {
      calls.remove();
      requests.moved(call, now);
    }
    return moves;
  }

  /** A step of an event, if it can be made in this clock. */
  private boolean moveEvent(long now) {
    Request call = event;
    switch (call.step) {
      case ENTRY -> {
        if (!requests.hasAsked(now)) {
          requests.askEntry(call, now);
        }
      }
      case OFFERED -> requests.offer(call);
      case READ -> {
        boolean moves = call.move(now);
        if (call.isMoved(now)) {
          requests.readEvent(call, now);
          event = null;
        }
        return moves;
      }
      case DONE -> {
        requests.answerEvent(call, now);
        event = null;
      }
      default -> {
        // Its entry is on the way.
      }
    }
    return false;
  }
}
