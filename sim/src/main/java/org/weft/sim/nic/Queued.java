package org.weft.sim.nic;

/** What stands in one queue at a time, and so needs no memory of the queue's. */
abstract class Queued {
  /** The one behind it in its queue, or null. */
  Queued behind;
}
