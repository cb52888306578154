package org.weft.hw.table

import spinal.core._

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

  /** The same, of the exclusive or of the CRC and the word with the seed added. */
  def shifted(x: Bits): Bits = {
    val bits = for (row <- 0 until 64) yield
      (0 until 64).filter(column => columns(column).testBit(row)).map(x(_)).reduce(_ ^ _)
    Cat(bits)
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
