package org.weft.bitstream.device;

import org.weft.isa.control.Registers;

/**
 * The registers of a device, by the offsets of {@link org.weft.isa.control.Register}.
 *
 * <p>All methods throw {@link org.weft.isa.InputException} when the device does not answer.
 */
public interface RegisterBus extends Registers {
  /** Reads a register; what is none reads as zero. */
  @Override
  int read(int offset);

  /** Writes a register. */
  @Override
  void write(int offset, int value);
}
