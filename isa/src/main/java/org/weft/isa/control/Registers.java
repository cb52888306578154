package org.weft.isa.control;

/** The registers of a NIC, by the offsets of {@link Register}. */
public interface Registers {
  /** Reads a register. */
  int read(int offset);

  /** Writes a register. */
  void write(int offset, int value);
}
