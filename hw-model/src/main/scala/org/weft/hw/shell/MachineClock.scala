package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** Makes the machine's clock from the shell's: an IP of the vendor, which the project's scripts create. */
class MachineClock extends BlackBox {
  setBlackBoxName("weft_clock")
  val clk_in1, reset = in Bool ()
  val clk_out1, locked = out Bool ()
}

object MachineClock {

  /** The machine's clock, and a reset that begins with the shell's and ends when the clock stands. */
  def domain(): ClockDomain = {
    val shell = ClockDomain.current
    val maker = new MachineClock
    maker.clk_in1 := shell.readClockWire
    maker.reset := shell.isResetActive
    val raw = ClockDomain(maker.clk_out1, config = ClockDomainConfig(resetKind = BOOT))
    val inside = new ClockingArea(raw) {
      // It boots in reset; the flip-flop outside of the shift register is what fans out.
      val reset = RegNext(BufferCC(shell.isResetActive || !maker.locked, init = True, bufferDepth = Some(3))) init True
    }
    ClockDomain(maker.clk_out1, inside.reset, config = ClockDomainConfig(resetKind = SYNC))
  }
}
