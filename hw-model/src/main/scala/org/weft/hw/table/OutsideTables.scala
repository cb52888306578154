package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What the table writer does behind the memory port in a clock, which lasts until that is done; but for beats of keys, for which there
  * is room. The writer is the master.
  */
case class OutsideAccess(config: NicConfig) extends Bundle with IMasterSlave {

  /** It reads the buckets of `access`, or the key of an entry; or writes slots of `access`, or a beat of an entry's key. */
  val readsBuckets, readsKey, writesSlots, writesKey = Bool()

  /** Whether a table behind the port is changed, or searched. */
  val isTable = Bool()
  val access = TableAccess(config)
  val lookup = LookupDescriptor(config)
  val entry = UInt(config.entryWidth bits)
  val number = UInt(log2Up(NicConfig.OutsideKeyBeats) bits)

  /** What it read: there when the clock ends, until it reads again. */
  val even, odd = Vec(TableSlot(config), Bucket.Slots)
  val key = Bits(128 * NicConfig.OutsideKeyBeats bits)

  override def asMaster(): Unit = {
    out(readsBuckets, readsKey, writesSlots, writesKey, isTable, access, lookup, entry, number)
    in(even, odd, key)
  }
}

/** The way from the table writer to the unit of tables behind the memory port, and back. The writer is the master. */
case class OutsideTables(config: NicConfig) extends Bundle with IMasterSlave {
  val access = OutsideAccess(config)

  /** Whether the writer's clock ends. */
  val advances = Bool()

  /** What the writer asks of lookups: as of those of an engine. */
  val referred = Flow(BitChange(config))
  val row = UInt(config.entryRowWidth bits)
  val references = Bits(32 bits)
  val removes, quiet = Bool()

  override def asMaster(): Unit = {
    master(access, referred)
    out(row, removes)
    in(advances, references, quiet)
  }
}
