package org.weft.sim.nic;

/**
 * Knows where records of ring buffers begin and end, for all cores: reserves them and answers
 * questions, one after the other. See docs/microarchitecture.md, [H5].
 */
final class RingUnit {
  /** Clocks from taking a request to writing a header, or to the answer without one. */
  private static final int HEADER_CLOCKS = 3;

  private final Outbox requests;
  private final WordMove headers;
  private Request request;
  private boolean reserves;
  private long taken;
  private int last;

  RingUnit(Outbox requests, WordMove headers) {
    this.requests = requests;
    this.headers = headers;
  }

  /** A clock, when map memory has had it. */
  void step(long now) {
    if (request == null) {
      take(now);
    } else if (now == taken + 1) {
      reserves = request.readPositions();
      if (reserves) {
        headers.begin(null, request.word, 1, 1, 1, 0, 0, taken + HEADER_CLOCKS);
      }
    } else if (now >= taken + HEADER_CLOCKS && !(reserves && headers.isDue(now))) {
      if (reserves) {
        request.takeRecord();
      }
      request.answer(now + 1);
      request = null;
    }
  }

  private void take(long now) {
    long ready = requests.ready(now);
    if (ready != 0) {
      last = Outbox.next(ready, last);
      request = requests.remove(last);
      taken = now;
    }
  }
}
