package org.weft.hw.outside

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.map.OutsideChannel
import org.weft.hw.packet.SmallQueue
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axi.{Axi4, Axi4Config}

/** A word to be written. */
case class OutsideWrite(config: NicConfig) extends Bundle {
  val word = UInt(config.outsideWordWidth bits)
  val data = Bits(64 bits)
}

/** The AXI4 master: single beats of 64 bytes without IDs, so that answers come in order, reads and writes each. Who asks sees
  * to it that there is room: for as many as may be outstanding. Answers are always taken.
  */
case class MemoryMaster(config: NicConfig) extends Component {
  val io = new Bundle {
    val read = slave(Flow(UInt(config.outsideWordWidth bits)))

    /** A beat that was read; the number of the word that was asked for. */
    val beat = master(Flow(Bits(MemoryMaster.Bits bits)))
    val write = slave(Flow(OutsideWrite(config)))
    val written = out Bool ()
    val axi = master(Axi4(MemoryMaster.config(config)))
  }
  private val axi = io.axi
  private def address(word: UInt): UInt = (word >> 3) @@ U(0, 6 bits)

  private val reads = SmallQueue(UInt(config.outsideWordWidth bits), MemoryMaster.reads(config))
  reads.io.push << io.read
  axi.ar.valid := !reads.io.isEmpty
  axi.ar.addr := address(reads.io.head)
  axi.ar.setFullSize()
  axi.ar.setBurstINCR()
  axi.ar.len := 0
  reads.io.pop := axi.ar.fire
  axi.r.ready := True
  io.beat.valid := axi.r.valid
  io.beat.payload := axi.r.data

  // A write is gone when its address and its data are, each of which goes when it can.
  private val writes = SmallQueue(OutsideWrite(config), MemoryMaster.writes(config))
  writes.io.push << io.write
  private val head = writes.io.head
  private val hasAddress, hasData = Reg(Bool()) init False // That of the head is gone.
  axi.aw.valid := !writes.io.isEmpty && !hasAddress
  axi.aw.addr := address(head.word)
  axi.aw.setFullSize()
  axi.aw.setBurstINCR()
  axi.aw.len := 0
  axi.w.valid := !writes.io.isEmpty && !hasData
  axi.w.data := Cat(Seq.fill(8)(head.data))
  axi.w.strb := Cat((0 until 8).map(i => (head.word(2 downto 0) === i) #* 8))
  axi.w.last := True
  private val goes = (hasAddress || axi.aw.fire) && (hasData || axi.w.fire)
  hasAddress := (hasAddress || axi.aw.fire) && !goes
  hasData := (hasData || axi.w.fire) && !goes
  writes.io.pop := goes
  axi.b.ready := True
  io.written := axi.b.valid
}

object MemoryMaster {

  /** Bits of a beat; reads, and changes, of words that may be outstanding. */
  val Bits = 512
  val Reads: Int = OutsideChannel.Reads
  val Writes = 128

  /** The same, with those of tables: two beats of each lookup; few of the table writer. */
  def reads(config: NicConfig): Int = if (config.outsideTables) 4 * Reads else Reads
  def writes(config: NicConfig): Int = if (config.outsideTables) 2 * Writes else Writes

  def config(config: NicConfig): Axi4Config = Axi4Config(addressWidth = config.outsideWordWidth + 3, dataWidth = Bits,
    useId = false, useRegion = false, useLock = false, useCache = false, useQos = false, useProt = false)
}
