package org.weft.sim.helper;

/** Reads what a number points to, for helpers that follow pointers among their plain arguments. */
public interface PointerReader {
  /** Follows no pointer. */
  PointerReader NONE = (address, to, toOffset, bytes) -> 0;

  /**
   * Copies the bytes at an address.
   *
   * @return how many of them there are; fewer than asked for when the memory ends, 0 when the
   *     address is none
   */
  int read(long address, byte[] to, int toOffset, int bytes);
}
