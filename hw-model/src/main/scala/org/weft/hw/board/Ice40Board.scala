package org.weft.hw.board

import org.weft.hw.config.NicConfig
import spinal.core._

/** The top level for boards with a clock and a serial line and no reset: registers are zero after
  * configuration, and a counter resets all else.
  */
case class Ice40Board(config: NicConfig, clocksPerBit: Int, entry: Int) extends Component {
  setDefinitionName("Board")
  noIoPrefix()

  val io = new Bundle {
    val clk = in Bool ()
    val rx = in Bool ()
    val tx = out Bool ()
  }

  private val atOnce = ClockDomain(io.clk, config = ClockDomainConfig(resetKind = BOOT))
  private val starting = new ClockingArea(atOnce) {
    val count = Reg(UInt(4 bits)) init 0
    when(!count.andR)(count := count + 1)
    val reset = RegNext(!count.andR)
  }
  private val clocked = ClockDomain(io.clk, starting.reset,
    config = ClockDomainConfig(resetKind = SYNC))
  new ClockingArea(clocked) {
    private val nic = SerialNic(config, clocksPerBit, entry)
    nic.io.rx := io.rx
    io.tx := nic.io.tx
  }
}
