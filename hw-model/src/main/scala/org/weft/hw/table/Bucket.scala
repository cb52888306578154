package org.weft.hw.table

import org.weft.hw.config.{BitLogic, NicConfig}
import spinal.core._
import spinal.lib._

/** A slot of a bucket. */
case class TableSlot(config: NicConfig) extends Bundle {
  val valid = Bool()
  val tag = Bits(16 bits)
  val entry = UInt(config.entryWidth bits)
}

/** The place of a slot: which of the two memories, row, slot in the row. */
case class SlotPlace(config: NicConfig) extends Bundle {
  val odd = Bool()
  val row = UInt(config.tableRowWidth bits)
  val slot = UInt(3 bits)
}

/** A slot in one of the two buckets that a key can be in. */
case class OwnSlot() extends Bundle {
  val odd = Bool()
  val slot = UInt(3 bits)
}

/** The two buckets of a key, or of what is in a slot. See docs/microarchitecture.md, 5. */
object Bucket {
  val Slots = 8

  /** The number that makes of one bucket of a tag the other one. */
  def distance(config: NicConfig, tag: Bits): UInt = {
    val wide = tag.asUInt.resize(27)
    ((wide ^ (wide |<< 11)) | U(1, 27 bits)).resize(config.bucketWidth)
  }

  /** Number of the even and of the odd bucket of a hash in a table. */
  def both(config: NicConfig, hash: Bits, mask: UInt): (UInt, UInt) = {
    val one = hash.asUInt.resize(config.bucketWidth) & mask
    val other = one ^ (distance(config, hash(63 downto 48)) & mask)
    (Mux(one.lsb, other, one), Mux(one.lsb, one, other))
  }

  /** The row of a bucket. */
  def row(config: NicConfig, first: UInt, bucket: UInt): UInt =
    first + (bucket >> 1).resize(config.tableRowWidth)

  /** Which slots have a tag. */
  def matches(slots: Vec[TableSlot], tag: Bits): Bits =
    Vec(slots.map(s => !BitLogic.unequal(s.valid ## s.tag, True ## tag).orR)).asBits
}
