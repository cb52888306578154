package org.weft.hw.row

import spinal.core._

/** Bytes of a word of eight in another order. */
object Turn {

  /** Eight units of some bits each, so many places on: upwards, what leaves at the top comes in below. */
  def rotated(bits: Bits, by: UInt, unit: Int): Bits = {
    val half = Mux(by(2), bits.rotateLeft(4 * unit), bits)
    by(1 downto 0).muxList((0 to 3).map(n => n -> half.rotateLeft(n * unit)))
  }

  def bySwap(bytes: Bits, swapped: Bool): Bits =
    Mux(swapped, Cat(bytes.subdivideIn(8 bits).reverse), bytes)

  /** A value of `last` + 1 bytes as it lies in memory from a byte of a word on. */
  def toMemory(value: Bits, swapped: Bool, within: UInt, last: UInt): Bits =
    rotated(bySwap(value, swapped), within + Mux(swapped, last + 1, U(0, 3 bits)), 8)

  /** By how much a word is turned, after its bytes were swapped, so that a value is at its bottom. */
  def fromMemory(swapped: Bool, within: UInt, last: UInt): UInt =
    Mux(swapped, within + last + 1, U(0, 3 bits) - within)
}
