package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.row.{LateKind, RegisterPlace}
import spinal.core._

/** A call that is done when its row has left the pipeline. */
case class LateCall(config: NicConfig) extends Bundle {
  val half = UInt(1 bits)
  val context = UInt(config.contextWidth bits)
  val place = RegisterPlace(config)
  val kind = UInt(LateKind.Width bits)

  /** Of the entry of a map: its word, and whether it is the map's. */
  val isEntry = Bool()
  val word = UInt(config.mapWordWidth bits)
  val inside = Bool()

  /** Of a redirect through a map: what its flags say, and whether the map holds devices. */
  val flags = Bits(2 bits)
  val isWrong, toAll, isDevices = Bool()

  /** Of a packet that grows: the first byte behind it, and how many are made zero. */
  val from = UInt(config.addressWidth bits)
  val bytes = UInt(config.lengthWidth bits)
}
