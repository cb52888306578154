package org.weft.sim.nic;

import org.weft.sim.map.SoftMap;

/** What the table writer does: an update or deletion by a program, or a command of the host. */
interface TableJob {
  HostCommand.Kind kind();

  SoftMap map();

  /** The map's number. */
  int mapIndex();

  /** Its key; longer arrays have it at the beginning. */
  byte[] key();

  long flags();

  int cpu();

  /** The entry that a search for the next one begins with. */
  int entry();

  /** Does it: what others see changes now. */
  void perform();

  /** It is done, or refused. */
  void answer(long now);
}
