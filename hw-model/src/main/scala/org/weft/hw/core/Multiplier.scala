package org.weft.hw.core

import spinal.core._

/** The low 64 bits of a product. The first register holds operands, the second partial products.
  *
  * @param holdsOperands whether there is a stage for the first one
  */
case class Multiplier(holdsOperands: Boolean) extends Component {
  val io = new Bundle {
    val a = in UInt (64 bits)
    val b = in UInt (64 bits)
    val is32 = in Bool ()
    val result = out UInt (64 bits)
  }

  private def held[T <: Data](value: T): T = if (holdsOperands) RegNext(value) else value
  private val (a, b) = (held(io.a), held(io.b))

  // Three products of halves: the upper ones only count with their low 32 bits. Of operands of 32 bits they are zero.
  private val is32 = held(io.is32)
  private val full = a(31 downto 0) * b(31 downto 0)
  private val low = RegNext(Mux(is32, U(0, 32 bits), full(63 downto 32)) @@ full(31 downto 0))
  private val first = RegNext((a(63 downto 32) * b(31 downto 0)).resize(32))
  private val second = RegNext((a(31 downto 0) * b(63 downto 32)).resize(32))
  io.result := (low(63 downto 32) + first + second) @@ low(31 downto 0)
}
