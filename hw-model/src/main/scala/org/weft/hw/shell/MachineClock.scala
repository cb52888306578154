package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** Makes the machine's clock from the shell's: an IP of the vendor, which the project's scripts create. */
class MachineClock extends BlackBox {
  setBlackBoxName("weft_clock")
  val clk_in1, reset = in Bool ()
  val clk_out1, locked = out Bool ()
}

/** The two clocks of a wrapper.
  *
  * @param machine the NIC's, in reset from the shell's reset on until the clock stands
  * @param shell the shell's, whose reset ends when the NIC's has ended: both sides of a crossing begin together
  */
case class WrapperClocks(machine: ClockDomain, shell: ClockDomain)

object WrapperClocks {

  /** @param shell the shell's clock, with its own reset
    * @param hasClock whether the NIC has another one
    */
  def of(shell: ClockDomain, hasClock: Boolean): WrapperClocks =
    if (hasClock) made(shell) else WrapperClocks(shell, shell)

  private def made(shell: ClockDomain): WrapperClocks = {
    val maker = new MachineClock
    maker.setName(Name)
    maker.clk_in1 := shell.readClockWire
    maker.reset := shell.isResetActive
    // Flip-flops that boot in reset; the last one is what fans out.
    def held(clock: Bool, causes: Bool): Bool =
      new ClockingArea(ClockDomain(clock, config = ClockDomainConfig(resetKind = BOOT))) {
        val reset = RegNext(BufferCC(causes, init = True, bufferDepth = Some(3))) init True
      }.reset
    val machine = held(maker.clk_out1, shell.isResetActive || !maker.locked)
    val others = held(shell.readClockWire, shell.isResetActive || !maker.locked || machine)
    val config = ClockDomainConfig(resetKind = SYNC)
    WrapperClocks(ClockDomain(maker.clk_out1, machine, config = config),
      ClockDomain(shell.readClockWire, others, config = config))
  }

  /** The instance by which constraints find it. */
  val Name = "clock_maker"
}
