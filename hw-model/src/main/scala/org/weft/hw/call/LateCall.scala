package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.row.{LateKind, RegisterPlace}
import spinal.core._

/** Memory that a call reads: packet, stack, or a register itself. */
case class CallMemory(config: NicConfig) extends Bundle {
  val isRegister = Bool()

  /** Address in the half's memory, or what is in the register. */
  val value = Bits(64 bits)
  def address: UInt = value(config.addressWidth - 1 downto 0).asUInt
}

/** A call of a table. */
case class LateTable(config: NicConfig) extends Bundle {

  /** One of [[org.weft.hw.table.Operation]]. */
  val operation = UInt(2 bits)
  val map = UInt(8 bits)
  val cpu = UInt(config.cpuWidth bits)

  /** Of an update: 0 any, 1 only new, 2 only existing, 3 none that there is. */
  val flags = UInt(2 bits)
  val key, newValue = CallMemory(config)
  val keyBytes = UInt(CallMemory.KeyWidth bits)
  val valueBytes = UInt(CallMemory.ValueWidth bits)
}

object CallMemory {

  /** Bits of the number of bytes of a key, and of a value. */
  val KeyWidth: Int = log2Up(16 * NicConfig.KeyBeats + 1)
  val ValueWidth: Int = log2Up(8 * NicConfig.ValueWords + 1)
}

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

  /** Of an entry whose number is a key in memory: the map's first word, and how many there are. */
  val isIndexed = Bool()
  val words = UInt(config.mapWordWidth + 1 bits)

  /** Of a redirect through a map: what its flags say, and whether the map holds devices. */
  val flags = Bits(2 bits)
  val isWrong, toAll, isDevices = Bool()

  /** Of a packet that grows: the first byte behind it, and how many are made zero. */
  val from = UInt(config.addressWidth bits)
  val bytes = UInt(config.lengthWidth bits)

  val isTable = Bool()
  val table = if (config.tables) LateTable(config) else null
}
