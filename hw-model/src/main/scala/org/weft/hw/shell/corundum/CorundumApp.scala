package org.weft.hw.shell.corundum

import org.weft.hw.config.NicConfig
import org.weft.hw.shell._
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.{AxiLite4, AxiLite4Config, AxiLite4SpecRenamer}

/** The NIC between the MACs and Corundum: what its application block (mqnic_app_block) uses of the block's ports,
  * with their names. Packets that come in on the synchronous streams (sync_rx) go through the NIC, and to the host
  * those that are passed; packets of the host (sync_tx) are sent by turns with those of the NIC.
  *
  * @param bytes AXIS_SYNC_DATA_WIDTH / 8
  * @param ports PORT_COUNT
  * @param hasClock whether the NIC has a clock of its own, see [[WrapperClocks]]
  */
case class CorundumApp(config: NicConfig, bytes: Int, ports: Int, hasClock: Boolean) extends Component {
  import CorundumApp._
  setDefinitionName(Name)

  val io = new Bundle {
    val clk, rst = in Bool ()
    val s_axil_app_ctrl = slave(AxiLite4(AxiLite4Config(addressWidth = AddressBits, dataWidth = 32)))
    val ptp_sync_ts_rel, ptp_sync_ts_tod = in Bits (TimeBits bits)
    val s_axis_sync_tx = slave(CorundumStreams(ports, bytes, SendUserBits))
    val m_axis_sync_tx = master(CorundumStreams(ports, bytes, SendUserBits))
    val s_axis_sync_tx_cpl = slave(Completions(ports, TagBits))
    val m_axis_sync_tx_cpl = master(Completions(ports, TagBits))
    val s_axis_sync_rx = slave(CorundumStreams(ports, bytes, TimeBits + 1))
    val m_axis_sync_rx = master(CorundumStreams(ports, bytes, TimeBits + 1))
  }
  noIoPrefix()
  AxiLite4SpecRenamer(io.s_axil_app_ctrl)

  private val clocks =
    WrapperClocks.of(ClockDomain(io.clk, io.rst, config = ClockDomainConfig(resetKind = SYNC)), hasClock)
  private val inside = new ClockingArea(clocks.shell) {
    val nic = ShellNic(config, bytes, ports, hasClock)
    nic.runsWith(clocks.machine)
    AxiLiteAddress.connect(io.s_axil_app_ctrl, nic.io.control)

    // 48 bits of nanoseconds, 16 of fractions.
    nic.io.time := io.ptp_sync_ts_rel(63 downto 16).asUInt.resize(64)

    for (i <- 0 until ports) {
      nic.io.rx(i) << io.s_axis_sync_rx.received(i)

      // The host sees when a packet was given to it.
      val host = nic.io.host(i)
      val inPacket = Reg(Bool()) init False
      when(host.valid)(inPacket := !(host.fire && host.last))
      val stamp = RegNextWhen(io.ptp_sync_ts_tod, !inPacket && !host.valid || host.fire && host.last) init 0
      io.m_axis_sync_rx.give(i, host, stamp ## False)

      // Tags of the host's packets have their highest bit set; the NIC's packets have tag 0.
      val both = Merge(bytes, HardType(Bits(SendUserBits bits)))
      both.io.in(0) << io.s_axis_sync_tx.sent(i)
      val own = nic.io.tx(i)
      both.io.in(1).arbitrationFrom(own)
      both.io.in(1).data := own.data
      both.io.in(1).keep := own.keep
      both.io.in(1).last := own.last
      both.io.in(1).about := 0
      val toMac = both.io.out.m2sPipe()
      io.m_axis_sync_tx.give(i, toMac, toMac.about)
      val isHosts = io.s_axis_sync_tx_cpl.tag(TagBits * i + TagBits - 1)
      io.m_axis_sync_tx_cpl.valid(i) := io.s_axis_sync_tx_cpl.valid(i) && isHosts
      io.s_axis_sync_tx_cpl.ready(i) := io.m_axis_sync_tx_cpl.ready(i) || !isHosts
    }
    io.m_axis_sync_tx_cpl.ts := io.s_axis_sync_tx_cpl.ts
    io.m_axis_sync_tx_cpl.tag := io.s_axis_sync_tx_cpl.tag
  }
}

object CorundumApp {
  val Name = "weft_corundum"

  /** PTP_TS_WIDTH. */
  val TimeBits = 96

  /** TX_TAG_WIDTH. */
  val TagBits = 16

  /** A tag, and in bit 0 whether the packet is damaged. */
  val SendUserBits: Int = TagBits + 1

  /** AXIL_APP_CTRL_ADDR_WIDTH. */
  val AddressBits = 24
}
