package org.weft.hw.config

import spinal.core._

/** A word of which each bit is made from the bits of some words at its place, and from what all of its bits are told: at most
  * six in all, so that a table of six inputs makes it.
  *
  * A block of its own: synthesis that also saw what stands around it would make several smaller tables for a bit, which
  * it takes for cheaper.
  */
case class Bitwise(width: Int, words: Int, told: Int)(bit: (Seq[Bool], Seq[Bool]) => Bool) extends Component {
  val io = new Bundle {
    val words = Vec(in Bits (width bits), Bitwise.this.words)
    val told = in Bits (Bitwise.this.told bits)
    val made = out Bits (width bits)
  }
  io.made := Vec((0 until width).map(i => bit(io.words.map(_(i)).toSeq, io.told.asBools.toSeq))).asBits
}

object Bitwise {

  /** @param bit a bit, from those of the words and what is told, in their order */
  def apply(words: Seq[Bits], told: Bool*)(bit: (Seq[Bool], Seq[Bool]) => Bool): Bits = {
    val block = new Bitwise(words.head.getWidth, words.size, told.size)(bit)
    words.zip(block.io.words).foreach { case (word, in) => in := word }
    block.io.told := (if (told.isEmpty) B(0, 0 bits) else Vec(told).asBits)
    block.io.made
  }

  /** One of several words by its index: four of them in a table. */
  def choice(words: Seq[Bits], index: UInt): Bits =
    if (words.size == 1) words.head
    else if (words.size > 4) Choice(words.grouped(4).map(choice(_, index.resize(2))).toSeq, index >> 2)
    else Bitwise(words, index.resize(log2Up(words.size)).asBools.toSeq: _*) { (bits, index) =>
      Choice(bits, Vec(index).asBits.asUInt)
    }
}
