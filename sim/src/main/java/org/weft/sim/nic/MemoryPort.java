package org.weft.sim.nic;

/**
 * The way to memory outside: a beat a clock, in order, answered as long after it was taken as the
 * memory takes.
 */
final class MemoryPort {
  private static final int OUTSTANDING = 64;

  private final int latency;
  private final Fifo<Request> outside = new Fifo<>(OUTSTANDING);

  /** The clock from which on there is a beat free: tables go before values. */
  private long free;

  MemoryPort(int latency) {
    this.latency = latency;
  }

  int latency() {
    return latency;
  }

  boolean hasRoom(long now) {
    return outside.size() < OUTSTANDING && free <= now;
  }

  /** Beats for tables, from the next clock on. */
  void reserve(int beats, long now) {
    free = Math.max(free, now + 1) + beats;
  }

  void take(Request request, long now) {
    request.ready = now + latency;
    outside.add(request);
  }

  /** The oldest access if it is done, or null. */
  Request done(long now) {
    return outside.isEmpty() || outside.head().ready > now ? null : outside.head();
  }

  void remove() {
    outside.remove();
  }
}
