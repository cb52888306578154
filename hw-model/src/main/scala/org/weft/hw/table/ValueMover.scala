package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** A word of map memory that the table writer writes, or reads for the host, before all cores. */
case class WordAccess(config: NicConfig) extends Bundle {
  val writes = Bool()
  val word = UInt(config.mapWordWidth bits)
  val data = Bits(64 bits)
}

/** What is moved: a value, or all copies of one, of which those of other CPUs are zero. */
case class ValueMove(config: NicConfig) extends Bundle {
  val writes = Bool()
  val first = UInt(config.mapWordWidth bits)
  val words = UInt(config.mapWordWidth bits)

  /** Words of a copy; whose value it is, where there are several. */
  val stride = UInt(config.mapWordWidth bits)
  val all = Bool()
  val cpu = UInt(8 bits)
}

/** Moves values, a word a clock. */
case class ValueMover(config: NicConfig) extends Component {
  val io = new Bundle {
    val begins = slave(Flow(ValueMove(config)))
    val word = in Bits (64 bits)
    val nextWord = out Bool ()
    val access = master(Flow(WordAccess(config)))
    val done = out Bool ()
  }
  private val move = Reg(ValueMove(config)) // While there are words.
  private val words = Reg(UInt(config.mapWordWidth bits)) init 0
  private val inCopy = Reg(UInt(config.mapWordWidth bits)) // The words behind this one; as well.
  private val copy = Reg(UInt(8 bits)) // As well.
  private val isOwn = !move.all || copy === move.cpu
  io.done := words === 0
  io.access.valid := !io.done
  io.access.writes := move.writes
  io.access.word := move.first
  io.access.data := Mux(isOwn, io.word, B(0, 64 bits))
  io.nextWord := !io.done && move.writes && isOwn
  when(!io.done) {
    words := words - 1
    move.first := move.first + 1
    inCopy := inCopy - 1
    when(inCopy === 0) {
      inCopy := move.stride - 1
      copy := copy + 1
    }
  }
  when(io.begins.valid) {
    move := io.begins.payload
    words := io.begins.words
    inCopy := io.begins.stride - 1
    copy := 0
  }
}
