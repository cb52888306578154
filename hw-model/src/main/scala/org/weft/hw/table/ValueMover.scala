package org.weft.hw.table

import org.weft.hw.config.NicConfig
import org.weft.hw.map.WordAccess
import spinal.core._
import spinal.lib._

/** What is moved: a value, or all copies of one, of which those of other CPUs are zero. */
case class ValueMove(config: NicConfig) extends Bundle {
  val writes = Bool()
  val first = UInt(config.mapWordWidth bits)

  /** Words of a copy, and from its first one to the next copy's. */
  val stride, distance = UInt(config.mapWordWidth bits)

  /** How many, and which of them is the value, from 0. */
  val copies, cpu = UInt(config.copiesWidth bits)

  /** Whether a copy has a lock, which stays as it is; where, in words of four bytes. */
  val hasLock = Bool()
  val lock = UInt(log2Up(2 * NicConfig.ValueWords) bits)
}

/** Moves values, a word a clock. */
case class ValueMover(config: NicConfig) extends Component {
  val io = new Bundle {
    val begins = slave(Flow(ValueMove(config)))
    val word = in Bits (64 bits)
    val nextWord = out Bool ()
    val access = master(Stream(WordAccess(config)))

    /** A word that was read from behind the memory port is there. */
    val loaded = if (config.outside) in(Bool()) else null
    val done = out Bool ()
  }
  private val move = Reg(ValueMove(config)) // While it moves.
  private val done = Reg(Bool()) init True
  private val left = Reg(UInt(config.mapWordWidth bits)) // The words behind this one; while it moves.
  private val copy = Reg(UInt(config.copiesWidth bits)) // As well.
  private val base = Reg(UInt(config.mapWordWidth bits)) // As well: the copy's first word.
  private val isOwn = copy === move.cpu
  private val goes = io.access.fire
  if (config.outside) {
    val coming = Reg(UInt(log2Up(NicConfig.ValueWords + 1) bits)) init 0
    val asks = goes && !move.writes && move.first.msb
    coming := coming + asks.asUInt - (io.loaded && coming =/= 0).asUInt
    io.done := done && coming === 0
  } else io.done := done
  io.access.valid := !done
  io.access.writes := move.writes
  io.access.word := move.first
  io.access.data := io.word
  io.access.isZero := !isOwn
  private val number = move.stride - 1 - left
  private val isLock = move.hasLock && number === (move.lock >> 1).resize(config.mapWordWidth)
  io.access.keeps := Mux(isLock, UIntToOh(move.lock(0 downto 0), 2), B(0, 2 bits))
  io.nextWord := goes && move.writes && isOwn
  when(goes) {
    move.first := move.first + 1
    left := left - 1
    when(left === 0) {
      val next = base + move.distance
      base := next
      move.first := next
      left := move.stride - 1
      copy := copy + 1
      done := copy === move.copies - 1
    }
  }
  when(io.begins.valid) {
    move := io.begins.payload
    base := io.begins.first
    left := io.begins.stride - 1
    copy := 0
    done := False
  }
}
