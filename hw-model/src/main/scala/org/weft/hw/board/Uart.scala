package org.weft.hw.board

import spinal.core._
import spinal.lib._

/** Bytes from a serial line: 8 bits, no parity, 1 stop bit.
  *
  * @param clocksPerBit clocks of a bit, 4 or more
  */
case class UartReceiver(clocksPerBit: Int) extends Component {
  val io = new Bundle {
    val line = in Bool ()

    /** A byte has come; its bits came before, lowest first. */
    val byte = master(Flow(Bits(8 bits)))
    val bit = master(Flow(Bool()))

    /** Nothing has come for the time of some bytes. */
    val isQuiet = out Bool ()
  }

  // Two registers keep the line's edges away from the clock's.
  private val line = Delay(io.line, 2, init = True)
  private val pause = Reg(UInt(log2Up(2 * clocksPerBit) bits)) init 0
  private val left = Reg(UInt(4 bits)) init 0 // Bits to come, the stop bit too.
  private val bits = Reg(Bits(8 bits)) init 0
  private val quiet = Reg(UInt(log2Up(UartReceiver.QuietBits * clocksPerBit) bits)) init 0
  private val samples = left =/= 0 && pause === 0
  io.bit.valid := samples && left =/= 1
  io.bit.payload := line
  io.byte.valid := samples && left === 1 && line
  io.byte.payload := bits
  when(left === 0) {
    // A start bit: the first data bit's middle is one and a half bits away.
    pause := clocksPerBit + clocksPerBit / 2 - 1
    when(!line)(left := 9)
  } elsewhen (samples) {
    pause := clocksPerBit - 1
    left := left - 1
    when(left =/= 1)(bits := line ## bits(7 downto 1))
  } otherwise {
    pause := pause - 1
  }
  io.isQuiet := quiet.andR
  when(left =/= 0)(quiet := 0) elsewhen (!io.isQuiet)(quiet := quiet + 1)
}

object UartReceiver {

  /** Bits without a byte after which what comes is a new frame; counted are clocks, up to a power of two. */
  private val QuietBits = 1 << 14
}

/** Bytes to a serial line. A byte is taken when the one before is out, with its stop bit. */
case class UartSender(clocksPerBit: Int) extends Component {
  val io = new Bundle {
    val byte = slave(Stream(Bits(8 bits)))
    val line = out Bool ()

    /** A data bit goes out now. */
    val bit = master(Flow(Bool()))
  }

  private val pause = Reg(UInt(log2Up(clocksPerBit) bits)) init 0
  private val left = Reg(UInt(4 bits)) init 0
  // The lowest one is on the line, inverted: registers are zero after configuration, and the line must be silent then.
  private val bits = Reg(Bits(9 bits)) init 0
  io.line := !bits(0)
  io.byte.ready := left === 0
  private val shifts = left =/= 0 && pause === 0
  io.bit.valid := shifts && left >= 3
  io.bit.payload := !bits(1)
  when(io.byte.fire) {
    bits := ~io.byte.payload ## True
    left := 10
    pause := clocksPerBit - 1
  } elsewhen (shifts) {
    bits := False ## bits(8 downto 1)
    left := left - 1
    pause := clocksPerBit - 1
  } elsewhen (left =/= 0) {
    pause := pause - 1
  }
}
