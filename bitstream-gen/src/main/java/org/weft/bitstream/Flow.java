package org.weft.bitstream;

import java.io.IOException;

/** From a machine and a program to what a board is configured with, in a folder. */
public interface Flow {

  /**
   * Counts what each block takes, and stops there.
   *
   * @throws org.weft.isa.InputException when a tool fails or something cannot be written
   */
  FitReport fit() throws IOException;

  /**
   * Makes all of it.
   *
   * @throws org.weft.isa.RefusedException when it does not fit, or is too slow
   * @throws org.weft.isa.InputException when a tool fails or something cannot be written
   */
  Manifest run() throws IOException;
}
