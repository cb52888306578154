package org.weft.hw

import org.weft.hw.config.NicConfig
import org.weft.hw.control.AxiSlave
import org.weft.hw.event.EventUnit
import org.weft.hw.outside.MemoryMaster
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axi.{Axi4, Axi4SpecRenamer, Axi4WriteOnly}
import spinal.lib.bus.amba4.axilite.{AxiLite4, AxiLite4SpecRenamer}

/** A stream of packets with the names of AXI4-Stream. */
case class AxiStream(bytes: Int, userBits: Int) extends Bundle with IMasterSlave {
  val tdata = Bits(8 * bytes bits)
  val tkeep = Bits(bytes bits)
  val tlast, tvalid, tready = Bool()
  val tuser = Bits(userBits bits)

  override def asMaster(): Unit = {
    out(tdata, tkeep, tlast, tvalid, tuser)
    in(tready)
  }
}

/** The NIC with the names and buses that other designs know: AXI4-Stream for each port and the host,
  * AXI4-Lite for registers.
  */
case class WeftNic(config: NicConfig) extends Component {
  import config.ports
  setDefinitionName("weft_nic")

  val io = new Bundle {
    val aclk, aresetn = in Bool ()
    val time_ns = in UInt (64 bits)
    val s_axil = slave(AxiLite4(AxiSlave.Config))
    val s_axis = Vec(slave(AxiStream(config.bus, WeftNic.RxUser)), ports)
    val m_axis = Vec(master(AxiStream(config.bus, WeftNic.TxUser)), ports)
    val m_axis_host = master(AxiStream(config.bus, WeftNic.TxUser))

    /** Maps that do not fit map memory. */
    val m_axi_memory = if (config.outside) master(Axi4(MemoryMaster.config(config))) else null

    /** To host memory, for events. */
    val m_axi_events = if (config.eventPort) master(Axi4WriteOnly(EventUnit.Bus)) else null
  }
  noIoPrefix()
  AxiLite4SpecRenamer(io.s_axil)
  if (config.outside) Axi4SpecRenamer(io.m_axi_memory)
  if (config.eventPort) Axi4SpecRenamer(io.m_axi_events)

  private val domain = ClockDomain(io.aclk, io.aresetn,
    config = ClockDomainConfig(resetKind = SYNC, resetActiveLevel = LOW))
  private val inside = new ClockingArea(domain) {
    val nic = Nic(config)
    nic.io.control << io.s_axil
    nic.io.chosenCpu := False
    if (config.outside) io.m_axi_memory <> nic.io.memory
    if (config.eventPort) io.m_axi_events <> nic.io.events

    // Packets are numbered in the order in which their first beats come, ports in ascending order.
    val number = Reg(UInt(32 bits)) init 0
    val coming = Vec(Reg(Bool()) init False, ports)
    val firsts = for (i <- 0 until ports) yield io.s_axis(i).tvalid && !coming(i)
    number := number + CountOne(firsts)
    for ((from, i) <- io.s_axis.zipWithIndex) {
      val rx = nic.io.rx(i)
      when(from.tvalid)(coming(i) := !from.tlast)
      from.tready := True // What finds no room is dropped as a whole.
      rx.valid := from.tvalid
      rx.last := from.tlast
      rx.data := from.tdata
      rx.keep := from.tkeep
      rx.damaged := from.tuser(32)
      rx.origin.ifindex := from.tuser(15 downto 0).asUInt
      rx.origin.queue := from.tuser(31 downto 16).asUInt
      rx.origin.time := io.time_ns
      rx.origin.cpu := 0
      rx.origin.number := number + (if (i == 0) U(0) else CountOne(firsts.take(i)))
    }
    for ((tx, to) <- nic.io.tx.zip(io.m_axis :+ io.m_axis_host)) {
      to.tvalid := tx.valid
      tx.ready := to.tready
      to.tlast := tx.last
      to.tdata := tx.data
      to.tkeep := tx.keep
      to.tuser := tx.packet.length.resize(16 bits) ## tx.packet.metadata ## tx.packet.queue ## tx.packet.ifindex ## tx.packet.port.resize(8 bits) ##
        tx.packet.fate.resize(8 bits)
    }
  }
}

object WeftNic {

  /** With a packet's first beat: interface in bits 0 to 15, receive queue in 16 to 31. With its last one: whether
    * it is damaged in bit 32.
    */
  val RxUser = 33

  /** With each beat: verdict in bits 0 to 7, ingress port in 8 to 15, then as with [[RxUser]]; how many of the
    * packet's first bytes are metadata in bits 48 to 55, how many bytes leave, metadata included, in 56 to 71.
    */
  val TxUser = 72
}
