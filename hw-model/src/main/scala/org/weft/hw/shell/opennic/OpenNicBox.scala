package org.weft.hw.shell.opennic

import org.weft.hw.config.NicConfig
import org.weft.hw.control.AxiSlave
import org.weft.hw.shell._
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.{AxiLite4, AxiLite4Config}

/** Registers as OpenNIC's boxes have them: AXI4-Lite without strobes and protection. */
case class BoxRegisters() extends Bundle with IMasterSlave {
  val awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready = Bool()
  val awaddr, araddr, wdata, rdata = Bits(32 bits)
  val bresp, rresp = Bits(2 bits)

  override def asMaster(): Unit = {
    out(awvalid, awaddr, wvalid, wdata, bready, arvalid, araddr, rready)
    in(awready, wready, bvalid, bresp, arready, rvalid, rdata, rresp)
  }

  /** On the side of who answers. */
  def toAxi: AxiLite4 = {
    val axi = AxiLite4(AxiLite4Config(addressWidth = 32, dataWidth = 32))
    axi.aw.valid := awvalid
    axi.aw.addr := awaddr.asUInt
    axi.aw.prot := 0
    awready := axi.aw.ready
    axi.w.valid := wvalid
    axi.w.data := wdata
    axi.w.strb := B"1111"
    wready := axi.w.ready
    bvalid := axi.b.valid
    bresp := axi.b.resp
    axi.b.ready := bready
    axi.ar.valid := arvalid
    axi.ar.addr := araddr.asUInt
    axi.ar.prot := 0
    arready := axi.ar.ready
    rvalid := axi.r.valid
    rdata := axi.r.data
    rresp := axi.r.resp
    axi.r.ready := rready
    axi
  }
}

/** The NIC as the user's plugin of OpenNIC's 250 MHz box, with the names that the box gives to its plugin's ports.
  * Packets of the packet adapters (adap_rx) go through the NIC, and to the host those that are passed; packets of
  * the host (qdma_h2c) are sent by turns with those of the NIC.
  *
  * @param ports NUM_CMAC_PORT, and NUM_PHYS_FUNC: the host has a function for each port
  * @param hasClock whether the NIC has a clock of its own, see [[WrapperClocks]]
  */
case class OpenNicBox(config: NicConfig, ports: Int, hasClock: Boolean) extends Component {
  setDefinitionName(OpenNicBox.Name)

  val io = new Bundle {
    val s_axil = slave(BoxRegisters())
    val s_axis_qdma_h2c = slave(OpenNicStreams(ports))
    val m_axis_qdma_c2h = master(OpenNicStreams(ports))
    val m_axis_adap_tx_250mhz = master(OpenNicStreams(ports))
    val s_axis_adap_rx_250mhz = slave(OpenNicStreams(ports))
    val mod_rstn = in Bool ()
    val mod_rst_done = out Bool ()
    val axil_aclk, axis_aclk = in Bool ()
  }
  noIoPrefix()

  // A reset that is asked for lasts 128 clocks of the registers.
  private def booting(clock: Bool) = ClockDomain(clock, config = ClockDomainConfig(resetKind = BOOT))
  private val axilReset = new ClockingArea(booting(io.axil_aclk)) {
    val count = Reg(UInt(7 bits)) init 0
    val done = Reg(Bool()) init False
    when(!io.mod_rstn) {
      count := 0
      done := False
    } elsewhen (!count.andR) {
      count := count + 1
    } otherwise {
      done := True
    }
    val reset = RegNext(!count.andR) init True
  }
  io.mod_rst_done := axilReset.done
  private val axisReset = new ClockingArea(booting(io.axis_aclk)) {
    val reset = RegNext(BufferCC(axilReset.reset, init = True)) init True
  }
  private def domain(clock: Bool, reset: Bool) =
    ClockDomain(clock, reset, config = ClockDomainConfig(resetKind = SYNC))
  private val axil = domain(io.axil_aclk, axilReset.reset)
  private val clocks = WrapperClocks.of(domain(io.axis_aclk, axisReset.reset), hasClock)

  private val inside = new ClockingArea(clocks.shell) {
    val nic = ShellNic(config, OpenNicBox.Bytes, ports, hasClock)
    nic.runsWith(clocks.machine)
    val registers = AxiLite4(AxiSlave.Config)
    AxiLiteAddress.connect(io.s_axil.toAxi, registers)
    Crossing.axiLite(registers, axil, nic.io.control, clocks.shell)

    val time = Reg(UInt(64 bits)) init 0
    time := time + OpenNicBox.ClockNs
    nic.io.time := time

    private def routed(from: Stream[ShellBeat[Sent]]): Stream[ShellBeat[Route]] = {
      val to = Stream(ShellBeat(OpenNicBox.Bytes, Route()))
      to.arbitrationFrom(from)
      to.data := from.data
      to.keep := from.keep
      to.last := from.last
      to.about.size := from.about.length.asBits
      to.about.src := (0 until ports).map(i => Mux(from.about.ingress === i, OpenNicBox.port(i), B(0, 16 bits)))
        .reduce(_ | _)
      to
    }

    for (i <- 0 until ports) {
      nic.io.rx(i) << io.s_axis_adap_rx_250mhz.received(i)
      io.m_axis_qdma_c2h.give(i, routed(nic.io.host(i)), OpenNicBox.function(i))
      val both = Merge(OpenNicBox.Bytes, HardType(Route()))
      both.io.in(0) << io.s_axis_qdma_h2c.sent(i)
      both.io.in(1) << routed(PadShort(nic.io.tx(i)))
      io.m_axis_adap_tx_250mhz.give(i, both.io.out.m2sPipe(), OpenNicBox.port(i))
    }
  }
}

object OpenNicBox {
  val Name = "weft_250mhz"

  /** Width of the streams. */
  val Bytes = 64
  val ClockNs = 4

  private def function(i: Int): Bits = B(1 << i, 16 bits)
  private def port(i: Int): Bits = B(1 << 6 + i, 16 bits)
}
