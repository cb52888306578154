package org.weft.isa.row;

/**
 * The part of the machine that an instruction occupies; {@code MachineSpec} says how many a row
 * has.
 */
public enum Unit {
  /** Adder and logic: every lane has one. */
  ALU,
  /** Shifter and byte swapper. */
  SHIFTER,
  /** Multiplier. */
  MULTIPLIER,
  /** Iterative divider; parks the thread. */
  DIVIDER,
  /** Port to packet and stack memory, or to map values. */
  MEMORY,
  /** Read-modify-write of shared memory. */
  ATOMIC,
  /** Branch and exit. */
  BRANCH,
  /** Helper calls; one a row. */
  CALL;

  /** Whether it gets its operands by the ways that its machine has for such units together. */
  public boolean sharesOperandWays() {
    return this == SHIFTER || this == MULTIPLIER || this == DIVIDER;
  }
}
