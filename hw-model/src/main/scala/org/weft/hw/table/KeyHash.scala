package org.weft.hw.table

import org.weft.hw.config.Bitwise
import spinal.core._

/** The exclusive or of every choice of some bits, by the choice's number. A block of its own, so that who has many sums
  * of the same bits shares these: synthesis would make each sum anew.
  */
case class Sums(width: Int) extends Component {
  val io = new Bundle {
    val bits = in Bits (width bits)
    val sums = out Bits (1 << width bits)
  }
  io.sums := Cat((0 until 1 << width).map(choice =>
    (0 until width).filter(i => (choice >> i & 1) == 1).map(io.bits(_)).foldLeft(False)(_ ^ _)))
}

/** The hash of keys: a CRC of 64 bits over the key's words with the map's seed added to each, then mixed. See
  * docs/microarchitecture.md, 5. All of it is combinational: who hashes places the registers.
  */
object KeyHash {
  private val Polynomial = BigInt("C96C5795D7870F42", 16)

  /** What 64 shifts make of a word with one bit set. */
  private val columns: Seq[BigInt] = for (bit <- 0 until 64) yield
    (0 until 64).foldLeft(BigInt(1) << bit)((crc, _) =>
      (crc >> 1) ^ (if (crc.testBit(0)) Polynomial else BigInt(0)))

  /** The CRC after one more word. */
  def step(crc: Bits, word: Bits, seed: UInt): Bits = shifted(crc ^ (word.asUInt + seed).asBits)

  // Columns by threes, the last ones by four: a row is a sum of so many sums that four tables of six inputs make it.
  private val groups: Seq[Seq[Int]] = (0 until 60).grouped(3).toSeq :+ (60 until 64)

  /** The same, of the exclusive or of the CRC and the word with the seed added. */
  def shifted(x: Bits): Bits = {
    val words = for (group <- groups) yield {
      val sums = Sums(group.size)
      sums.io.bits := Cat(group.map(x(_)))
      Cat((0 until 64).map(row =>
        sums.io.sums(group.indices.map(i => if (columns(group(i)).testBit(row)) 1 << i else 0).sum)))
    }
    def sum(words: Seq[Bits]): Bits = Bitwise(words) { case (bits, _) => bits.reduce(_ ^ _) }
    val (early, late) = words.splitAt(18)
    sum(early.grouped(6).map(sum).toSeq ++ late)
  }

  /** The additions and shifts behind the last word, in two halves, each of one addition. */
  def mixFirst(crc: Bits): Bits = {
    val sum = (crc.asUInt + (crc.asUInt |<< 21)).asBits
    sum ^ (sum |>> 24)
  }

  def mixSecond(first: Bits): Bits = {
    val sum = (first.asUInt + (first.asUInt |<< 8)).asBits
    sum ^ (sum |>> 28)
  }
}
