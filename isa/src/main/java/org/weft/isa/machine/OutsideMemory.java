package org.weft.isa.machine;

/**
 * What a NIC has behind its memory port, which is no part of a machine: any program runs without it
 * that has no map there.
 *
 * @param kbytes KiB of memory, a power of two; 0 for no such port
 * @param entries how many entries of tables whose keys lie there the NIC can keep book of, a
 *     multiple of 32
 */
public record OutsideMemory(int kbytes, int entries) {
  /** No memory port. */
  public static final OutsideMemory NONE = new OutsideMemory(0, 0);
}
