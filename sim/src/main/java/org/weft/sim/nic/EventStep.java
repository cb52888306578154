package org.weft.sim.nic;

/** How far an event is: each step begins when what the one before it asked for is there. */
enum EventStep {
  /** Its entry is to be asked for. */
  ENTRY,
  /** That is under way. */
  ASKED,
  /** The event unit is to take it. */
  OFFERED,
  /** Its bytes are read. */
  READ,
  /** It is answered, or no event. */
  DONE
}
