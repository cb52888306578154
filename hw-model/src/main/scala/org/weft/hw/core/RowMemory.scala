package org.weft.hw.core

import org.weft.hw.config.{LargeMemory, NicConfig}
import spinal.core._
import spinal.lib._

/** A slot word on its way into row memory. */
case class RowWrite(config: NicConfig) extends Bundle {
  val bank = Bool()
  val row = UInt(config.rowWidth bits)
  val lane = UInt(log2Up(config.lanes) max 1 bits)
  val word = Bits(64 bits)

  /** What the row asks of its packet's CPU, one of [[CpuMark]]. */
  val mark = UInt(2 bits)
}

/** The rows of programs, read in the stage after select: a memory for each lane, one for what rows ask of their CPU.
  *
  * @param selected the row that is fetched
  */
class RowMemory(config: NicConfig, program: Flow[RowWrite], selected: Flow[ContextRow]) extends Area {
  private val written = config.place(program.bank, program.row)
  private val lanes = Seq.fill(config.lanes)(LargeMemory.initial(config, Mem(Bits(64 bits), config.places)))

  /** Each lane's slot word, a stage behind select. */
  val fetched: Seq[Bits] = for ((memory, lane) <- lanes.zipWithIndex) yield {
    if (config.rows.nonEmpty) {
      val unused = Seq.fill(config.places - config.rows.size)(0L)
      memory.init((config.rows.map(_(lane)) ++ unused).map(w => B(BigInt(w.toHexString, 16), 64 bits)))
    }
    memory.write(written, program.word, program.valid && program.lane === lane)
    memory.readSync(selected.row)
  }

  /** What the row in its memory stage asks of its CPU, one of [[CpuMark]]. A packet that has the core for itself is alone. */
  val mark: UInt = if (config.single) U(CpuMark.Open, 2 bits) else {
    val marks = Mem(UInt(2 bits), config.places)
    if (config.marks.nonEmpty) {
      marks.init(config.marks.padTo(config.places, 0).map(m => U(m, 2 bits)))
    }
    marks.write(written, program.mark, program.valid)
    Delay(marks.readSync(selected.row), config.stages.memory - 1)
  }
}
