package org.weft.sim.nic;

/** What is on its way through a table engine. */
class Lookup extends Queued {
  /** When the engine is done with it, in clocks in which its pipeline moves; clocks more. */
  long due;

  int again;
}
