package org.weft.hw.board

import spinal.core._
import spinal.lib._

/** CRC-32 of IEEE 802.3, a bit a clock, lowest first, as a serial line brings them. */
case class Crc32() extends Component {
  val io = new Bundle {
    val clear = in Bool ()
    val bit = slave(Flow(Bool()))

    /** What is appended to what came so far, lowest byte first. */
    val value = out Bits (32 bits)

    /** Whether what came so far ends with its own CRC. */
    val fits = out Bool ()
  }

  private val state = Reg(Bits(32 bits)) init B"32'xffffffff"
  private val divides = state(0) ^ io.bit.payload
  when(io.bit.valid) {
    state := (state |>> 1) ^ Mux(divides, B"32'xedb88320", B"32'x0")
  }
  when(io.clear)(state := B"32'xffffffff")
  io.value := ~state
  io.fits := state === B"32'xdebb20e3"
}
