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

  /** A word of the value that an update gives, the last one filled up with zeros. */
  long word(int number);

  /** Whether it reads the words of a value, and does not write them. */
  default boolean reads() {
    return false;
  }

  /** A word of the value that it reads. */
  default void take(int number, long word) {
    throw new IllegalStateException("nobody reads a value");
  }

  /** The last word of its value is moved in this clock. */
  default void moved(long now) {}

  /** The last word of a value that it reads behind the memory port is there. */
  default void hasCome(long now) {}

  /**
   * Does it: what others see changes now.
   *
   * @param isMoved whether an update's value is in its place already
   */
  void perform(boolean isMoved);

  /** It is done, or refused. */
  void answer(long now);
}
