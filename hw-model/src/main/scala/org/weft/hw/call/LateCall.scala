package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.ring.RingCall
import org.weft.hw.row.{LateKind, RegisterPlace}
import spinal.core._

/** Memory that a call reads: packet, stack, or a register itself. */
case class CallMemory(config: NicConfig) extends Bundle {
  val isRegister = Bool()

  /** What is in the register; or, in the lower bits, an address in the half's memory. */
  val value = Bits(64 bits)
  def address: UInt = value(config.addressWidth - 1 downto 0).asUInt
}

/** The memory that a call reads: one piece, or two, such as key and value, or what is taken from a sum and added. */
case class CallReads(config: NicConfig) extends Bundle {
  val first, second = CallMemory(config)

  /** Of a first piece of no bytes nothing is read. */
  val firstBytes, secondBytes = UInt(config.readWidth bits)
  val hasSecond = Bool()

  /** Whether the first piece is copied to where the second one is. */
  val isCopy = if (config.copies) Bool() else null
  def copies: Bool = if (config.copies) isCopy else False
}

/** A call of a table. */
case class LateTable(config: NicConfig) extends Bundle {

  /** One of [[org.weft.hw.table.Operation]]. */
  val operation = UInt(2 bits)
  val map = UInt(8 bits)
  val cpu = UInt(config.cpuWidth bits)

  /** Of an update: 0 any, 1 only new, 2 only existing, 3 none that there is. */
  val flags = UInt(2 bits)
}

/** A call that makes an event. */
case class LateEvent(config: NicConfig) extends Bundle {
  val map = UInt(NicConfig.HandleWidth bits)
  val cpu = UInt(config.cpuWidth bits)
  val time = UInt(64 bits)

  /** Whether the entry that it names is that of the packet's CPU. */
  val isMine = Bool()
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

  /** Of a spin lock, which is such an entry: whether it is in the word's upper half. */
  val isLock = Bool()
  val upper = Bool()

  /** Of an entry whose number is a key in memory: the map's first word, and how many there are. */
  val isIndexed = Bool()
  val words = UInt(config.mapWordWidth + 1 bits)

  /** Of a redirect through a map: what its flags say, and whether the map holds devices. */
  val flags = Bits(2 bits)
  val isWrong, toAll, isDevices = Bool()

  /** Of a packet that grows: the first byte behind it, and how many are made zero. */
  val from = UInt(config.addressWidth bits)
  val bytes = UInt(config.lengthWidth bits)

  val reads = if (config.reads) CallReads(config) else null
  val isTable = Bool()
  val table = if (config.tables) LateTable(config) else null

  /** Of a checksum: where it begins. */
  val isSum = Bool()
  val seed = if (config.sums) Bits(32 bits) else null

  /** What it asks of a ring's positions, if it does. */
  val isRing = Bool()
  val ring = if (config.rings) RingCall(config) else null

  /** Of an event: what is known of it, but for its bytes. */
  val event = if (config.events) LateEvent(config) else null

  /** Whether it reads memory, and nothing else has to be asked. */
  def onlyReads: Bool = isTable || isSum || isCopy
  def isCopy: Bool = if (config.copies) reads.isCopy else False
  def isEvent: Bool = if (config.events) kind === LateKind.Event else False
}
