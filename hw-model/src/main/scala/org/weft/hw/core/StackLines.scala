package org.weft.hw.core

import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** Lines of a context's stack that a store changes: one, or it and the one behind it. */
case class StackLines(config: NicConfig) extends Bundle {
  val line = UInt(log2Up(config.stackLines) max 1 bits)
  val isNext = Bool()

  /** Two bits for each line, both set if it is one of them: whether it is of the right eight, and which of such. */
  def marks(valid: Bool): Seq[Bits] = {
    val low = line.resize(3)
    val eight = (line >> 3).resize(log2Up(StackLines.eights(config)) max 1)
    def is(n: Int): Bool = if (n < 0) False else if (StackLines.eights(config) == 1) True else eight === n
    val within = (0 until 8).map(n => valid && (low === n || (if (n == 0) False else isNext && low === n - 1)))
    val wraps = valid && isNext && low === 7
    val begins = (0 until StackLines.eights(config)).map(n => is(n) && within(0) || is(n - 1) && wraps)
    val all = 0 until config.stackLines
    Seq(Cat(all.map(n => if (n % 8 == 0) begins(n / 8) else is(n / 8))),
      Cat(all.map(n => if (n % 8 == 0) True else within(n % 8))))
  }
}

object StackLines {
  private def eights(config: NicConfig): Int = (config.stackLines + 7) / 8

  /** The lowest of a context's lines, and whether there is no other: of those there are. */
  def first(config: NicConfig, lines: Bits): (UInt, Bool) = {
    val eight = lines.resize(8 * eights(config)).subdivideIn(8 bits).toSeq
    val some = Vec(eight.map(_.orR)).asBits
    val which = OHToUInt(OHMasking.first(some))
    val chosen = Choice(eight, which)
    val low = OHMasking.first(chosen)
    ((which @@ OHToUInt(low)).resize(log2Up(config.stackLines) max 1),
      (chosen & ~low) === 0 && (some & ~OHMasking.first(some)) === 0)
  }
}
