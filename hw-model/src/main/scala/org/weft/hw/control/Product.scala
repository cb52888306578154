package org.weft.hw.control

import spinal.core._
import spinal.lib._

/** A number, and the product of two more added to it: a bit of a factor in each clock, since who asks is a host, whose
  * bus is slower.
  *
  * @param width bits of the result
  */
case class Product(width: Int) extends Component {
  val io = new Bundle {
    val begins = in Bool ()
    val first, factor, other = in UInt (width bits)

    /** Whether it is there: in the clock behind `width` others, and from then on. */
    val done = out Bool ()
    val sum = out UInt (width bits)
  }
  private val sum, factor, other = Reg(UInt(width bits)) // While it counts.
  private val left = Reg(UInt(log2Up(width + 1) bits)) init 0
  when(left =/= 0) {
    when(factor(0))(sum := sum + other)
    factor := factor |>> 1
    other := other |<< 1
    left := left - 1
  }
  when(io.begins) {
    sum := io.first
    factor := io.factor
    other := io.other
    left := width
  }
  io.done := left === 0
  io.sum := sum
}
