package org.weft.hw.call

import org.weft.hw.config.{NicConfig, Turns}
import spinal.core._
import spinal.lib._

/** A sum that is not yet brought to 16 bits. */
case class OpenSum() extends Bundle {
  val bits = UInt(34 bits)

  /** Whether the result is what all bits together say, inverted. */
  val inverts = Bool()

  /** What `csum_diff` returns. */
  def closed: Bits = {
    val sum = OpenSum.folded(bits) ^ inverts.asUInt.asSInt.resize(32).asUInt
    ((sum + sum.rotateLeft(16)) >> 16).asBits.resize(64)
  }
}

object OpenSum {

  /** Ones' complement: what is carried out is added again. */
  def folded(sum: UInt): UInt = {
    val once = sum(31 downto 0) +^ sum(33 downto 32)
    once(31 downto 0) + once(32 downto 32)
  }
}

/** Sums up the words that `csum_diff` reads, of both halves by turns: those of the first piece are taken away, those of
  * the second are added, four bytes at a time.
  */
case class ChecksumUnit(config: NicConfig) extends Component {
  val io = new Bundle {
    val word = slave(Flow(ReadWord()))

    // Of the word's call.
    val seed = in UInt (32 bits)
    val hasFirst, hasSecond = in Bool ()

    /** The sum with this word. */
    val sum = out(OpenSum())
  }

  private val word = io.word.payload
  private val before = UInt(33 bits)
  private val starts = word.begins && !(word.isSecond && io.hasFirst)
  private val start = Mux(word.isSecond, io.seed, Mux(io.hasSecond, U(0), ~io.seed))
  private val sum = (Mux(starts, start.resize(33), before) +^ word.data(31 downto 0).asUInt.resize(33)) +
    word.data(63 downto 32).asUInt.resize(34)
  io.sum.bits := sum
  io.sum.inverts := !word.isSecond

  // In the clock between two of the half: what is taken away is inverted before the second piece is added.
  private val next = RegNext(sum)
  private val turns = RegNext(io.word.valid && word.ends && !word.isSecond)
  private val folded = OpenSum.folded(next)
  before := RegNext(Mux(turns, ~folded +^ RegNext(io.seed), folded.resize(33)))
}
