package org.weft.bitstream.device;

/**
 * The map values of a device, where {@link org.weft.isa.image.ArrayLayout} places them. Addresses
 * and lengths are bytes.
 *
 * <p>All methods throw {@link org.weft.isa.InputException} when the device does not answer.
 */
public interface ValueMemory {
  /** Reads bytes. */
  byte[] readValues(int address, int length);

  /** Writes bytes; what lies behind the memory's end is lost. */
  void writeValues(int address, byte[] values);
}
