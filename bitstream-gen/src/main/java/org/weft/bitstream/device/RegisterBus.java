package org.weft.bitstream.device;

/**
 * The registers of a device, by the offsets of {@link org.weft.isa.control.Register}.
 *
 * <p>All methods throw {@link org.weft.isa.InputException} when the device does not answer.
 */
public interface RegisterBus {
  /** Reads a register; what is none reads as zero. */
  int read(int offset);

  /** Writes a register. */
  void write(int offset, int value);
}
