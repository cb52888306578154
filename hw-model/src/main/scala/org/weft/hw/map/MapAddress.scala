package org.weft.hw.map

import org.weft.hw.config.NicConfig
import spinal.core._

/** The address of a map's value: a handle in the upper half, 0 or another one of no map for none, and an offset in the lower one. */
object MapAddress {
  private val Offset = 32

  /** Handle and offset of `base + shift`: what is carried out of the offset counts, as base may lie before the map's values. Bits of
    * the handle that only tell that there is no such map are the base's.
    */
  def apply(base: Bits, shift: SInt): (UInt, UInt) = {
    val width = Offset + NicConfig.HandleWidth + 1
    val sum = base(width - 1 downto 0).asUInt + shift.resize(width).asUInt
    val handle = base(63 downto width) ## sum(width - 1 downto Offset)
    (handle.asUInt, sum(Offset - 1 downto 0))
  }
}
