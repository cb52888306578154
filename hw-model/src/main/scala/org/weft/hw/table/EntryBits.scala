package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** Bits of 32 entries that are changed. */
case class BitChange(config: NicConfig) extends Bundle {
  val row = UInt(config.entryRowWidth bits)
  val mask = Bits(32 bits)
  val value = Bool()
}

object BitChange {

  /** The bit of one entry. */
  def of(config: NicConfig, entry: UInt, value: Bool): BitChange = {
    val change = BitChange(config)
    change.row := (entry >> 5).resized
    change.mask := UIntToOh(entry.resize(5), 32)
    change.value := value
    change
  }
}

/** A bit for each entry, 32 in a row. A row is there a clock after it is asked for, with what changed until then. */
case class EntryBits(config: NicConfig, rows: Int) extends Component {
  val io = new Bundle {
    val change = slave(Flow(BitChange(config)))
    val row = in UInt (config.entryRowWidth bits)
    val bits = out Bits (32 bits)
  }
  private def row(number: UInt): UInt = number.resize(log2Up(rows) max 1)
  private val lanes = Mem(Bits(32 bits), rows)
  lanes.write(row(io.change.row), io.change.value #* 32, io.change.valid, io.change.mask)
  private val stored = lanes.readSync(row(io.row))
  private val changes = RegNext(io.change.valid && row(io.change.row) === row(io.row)) #* 32 & RegNext(io.change.mask)
  io.bits := stored & ~changes | RegNext(io.change.value) #* 32 & changes
}
