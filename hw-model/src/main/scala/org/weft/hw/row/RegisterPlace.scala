package org.weft.hw.row

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** Where a register of a context is: in the bank of the lane that writes it. */
case class RegisterPlace(config: NicConfig) extends Bundle {
  val lane = UInt(log2Up(config.lanes) max 1 bits)
  val index = UInt(config.registerWidth bits)
}

object RegisterPlace {

  /** Where the register with this number is; nothing but wires where lanes are a power of two. */
  def apply(config: NicConfig, number: UInt): RegisterPlace = {
    val place = RegisterPlace(config)
    val lanes = config.lanes
    if (isPow2(lanes)) {
      place.lane := (if (lanes == 1) U(0) else number(log2Up(lanes) - 1 downto 0))
      place.index := (number >> log2Up(lanes)).resized
    } else {
      place.lane := number.muxList((0 until 32).map(r => r -> U(r % lanes, place.lane.getWidth bits)))
      place.index := number.muxList((0 until 32).map(r =>
        r -> U(r / lanes % (1 << config.registerWidth), config.registerWidth bits)))
    }
    place
  }
}
