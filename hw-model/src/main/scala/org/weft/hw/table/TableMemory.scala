package org.weft.hw.table

import org.weft.hw.config.{LargeMemory, NicConfig}
import spinal.core._
import spinal.lib._

/** What the writer does with directories and keys in a clock: a row of each kind of bucket is read, or slots of it
  * are written; a beat of keys is read or written.
  */
case class TableAccess(config: NicConfig) extends Bundle {
  val evenRow, oddRow = UInt(config.tableRowWidth bits)

  /** Slots that are written, and with what. */
  val even, odd = Bits(Bucket.Slots bits)
  val evenSlot, oddSlot = TableSlot(config)
  val beat = UInt(config.entryWidth bits)
  val writesKey = Bool()
  val key = Bits(128 bits)

  /** Lengths of prefixes that occur in a trie, 32 of them, from the longest on. */
  val lengthsRow = UInt(config.lengthsRowWidth bits)
  val writesLengths = Bool()
  val lengths = Bits(32 bits)
}

/** What was read two clocks ago. */
case class TableWords(config: NicConfig) extends Bundle {
  val even, odd = Vec(TableSlot(config), Bucket.Slots)
  val key = Bits(128 bits)
}

object KeyBeat {

  /** Whether a beat of a key is as one that is stored, as far as it counts. */
  def isSame(stored: Bits, wanted: Bits, mask: Bits, hasValue: Bool): Bool = {
    val differs = (stored ^ wanted) & mask
    !differs(63 downto 0).orR && (hasValue || !differs(127 downto 64).orR)
  }
}

/** Directory and keys of an engine: one port for its lookups, one for the writer, which reads nothing in a clock in
  * which it writes, as large memories of FPGAs do. All reads take two clocks.
  */
case class TableMemory(config: NicConfig) extends Component {
  val io = new Bundle {

    /** Rows that a lookup reads; whether its pipeline moves. */
    val evenRow, oddRow = in UInt (config.tableRowWidth bits)
    val moves = in Bool ()
    val beat = in UInt (config.entryWidth bits)
    val found = out(TableWords(config))
    val access = in(TableAccess(config))
    val read = out(TableWords(config))

    /** Lengths that occur: of the clock before, also what was written in it; what the writer read then. */
    val lengthsRow = in UInt (config.lengthsRowWidth bits)
    val lengths, ownLengths = out Bits (32 bits)
  }

  private def near(row: UInt): UInt = row.resize(config.nearRowWidth)
  private def buckets(row: UInt, own: UInt, writes: Bits, slot: TableSlot, found: Vec[TableSlot],
      read: Vec[TableSlot]): Unit =
    for (i <- 0 until Bucket.Slots) {
      val memory = LargeMemory(config, Mem(Bits(slot.getBitsWidth bits), config.tableRows))
      found(i).assignFromBits(RegNextWhen(memory.readSync(near(row), io.moves), io.moves))
      read(i).assignFromBits(RegNext(memory.readWriteSync(near(own), slot.asBits, True, writes(i), duringWrite = dontRead)))
    }
  buckets(io.evenRow, io.access.evenRow, io.access.even, io.access.evenSlot, io.found.even, io.read.even)
  buckets(io.oddRow, io.access.oddRow, io.access.odd, io.access.oddSlot, io.found.odd, io.read.odd)

  private val keys = LargeMemory(config, Mem(Bits(128 bits), 1 << config.nearBeatWidth))
  io.found.key := RegNext(keys.readSync(io.beat.resize(config.nearBeatWidth)))
  io.read.key := RegNext(keys.readWriteSync(io.access.beat.resize(config.nearBeatWidth), io.access.key, True,
    io.access.writesKey, duringWrite = dontRead))

  private val lengths = PrefixLengths(config, io.access)
  io.lengths := lengths.read(io.lengthsRow)
  io.ownLengths := lengths.own
}

/** Which lengths of prefixes occur in tries. */
case class PrefixLengths(config: NicConfig, access: TableAccess) extends Area {
  private val lengths = Mem(Bits(32 bits), 1 << config.lengthsRowWidth)

  /** Of a row, in the clock after, also what was written in it. */
  def read(row: UInt): Bits = {
    val written = access.writesLengths && access.lengthsRow === row
    val stored = lengths.readSync(row)
    Mux(RegNext(written), RegNext(access.lengths), stored)
  }

  /** What was there of the row that is accessed, in the clock after. */
  val own: Bits = lengths.readWriteSync(access.lengthsRow, access.lengths, True, access.writesLengths)
}
