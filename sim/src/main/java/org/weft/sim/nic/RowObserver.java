package org.weft.sim.nic;

/** Is told of each row that is in its memory stage. */
@FunctionalInterface
public interface RowObserver {
  /**
   * A row is in its memory stage, in the NIC's present clock.
   *
   * @param core the core, from 0
   * @param thread context of the core, from 0
   * @param row the row in its program's bank
   * @param executed whether it was executed; it is issued again later if not
   */
  void row(int core, int thread, int row, boolean executed);
}
