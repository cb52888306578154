package org.weft.hw.row

import spinal.core._

/** Eight bytes, in reverse order or not, then turned. A block of its own, which is two tables of six inputs for each bit:
  * synthesis that also saw where the distance comes from, and where the bytes go, would take twice as many.
  */
case class Turner() extends Component {
  val io = new Bundle {
    val bytes = in Bits (64 bits)
    val swapped = in Bool ()
    val by = in UInt (3 bits)
    val turned = out Bits (64 bits)
  }

  private val swapped = Mux(io.swapped, Cat(io.bytes.subdivideIn(8 bits).reverse), io.bytes)
  io.turned := Turn.rotated(swapped, io.by, 8)
}

/** Bytes of a word of eight in another order. */
object Turn {

  /** Units of some bits each, so many places on: upwards, what leaves at the top comes in below. Step by step:
    * synthesis finds what two steps have in common, four by four.
    */
  def rotated(bits: Bits, by: UInt, unit: Int): Bits =
    by.asBools.zipWithIndex.reverse.foldLeft(bits) { case (rest, (steps, i)) =>
      Mux(steps, rest.rotateLeft(unit << i), rest)
    }

  /** Eight bytes, in reverse order or not, so many places on. */
  def turned(bytes: Bits, swapped: Bool, by: UInt): Bits = {
    val turner = Turner()
    turner.io.bytes := bytes
    turner.io.swapped := swapped
    turner.io.by := by
    turner.io.turned
  }

  /** A value of `last` + 1 bytes as it lies in memory from a byte of a word on. */
  def toMemory(value: Bits, swapped: Bool, within: UInt, last: UInt): Bits =
    turned(value, swapped, within + Mux(swapped, last + 1, U(0, 3 bits)))

  /** By how much a word is turned, after its bytes were swapped, so that a value is at its bottom. */
  def fromMemory(swapped: Bool, within: UInt, last: UInt): UInt =
    Mux(swapped, within + last + 1, U(0, 3 bits) - within)
}
