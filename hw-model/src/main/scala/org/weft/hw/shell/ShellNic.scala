package org.weft.hw.shell

import org.weft.hw.{AxiStream, WeftNic}
import org.weft.hw.config.NicConfig
import org.weft.hw.control.AxiSlave
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.AxiLite4

/** The NIC as shells want it: streams of the shell's width and in its clock, one of the host for each network port,
  * without metadata.
  *
  * @param bytes width of the shell's streams
  * @param ports network ports of the shell; the NIC's others stay without packets
  * @param hasClock whether the NIC has a clock of its own: [[runsWith]]
  */
case class ShellNic(config: NicConfig, bytes: Int, ports: Int, hasClock: Boolean) extends Component {
  val io = new Bundle {
    val machineClk, machineReset = if (hasClock) in Bool () else null

    /** Nanoseconds: the time that packets get. */
    val time = in UInt (64 bits)
    val control = slave(AxiLite4(AxiSlave.Config))
    val rx = Vec(slave(Stream(ShellBeat(bytes, Received()))), ports)
    val tx = Vec(master(Stream(ShellBeat(bytes, Sent()))), ports)
    val host = Vec(master(Stream(ShellBeat(bytes, Sent()))), ports)
  }

  /** Connects the NIC's clock, where it has one of its own. */
  def runsWith(clock: ClockDomain): Unit = if (hasClock) {
    io.machineClk := clock.readClockWire
    io.machineReset := clock.readResetWire
  }

  private val shell = ClockDomain.current
  private val machine = if (!hasClock) shell
  else ClockDomain(io.machineClk, io.machineReset, config = ClockDomainConfig(resetKind = SYNC))
  private val nic = WeftNic(config.copy(hostMemory = false))
  nic.io.aclk := machine.readClockWire
  nic.io.aresetn := !machine.isResetActive

  private def toMachine[T <: Data](from: Stream[T]): Stream[T] =
    if (hasClock) Crossing.queue(from, shell, machine) else from
  private def toShell[T <: Data](from: Stream[T]): Stream[T] =
    if (hasClock) Crossing.queue(from, machine, shell) else from

  if (hasClock) {
    Crossing.axiLite(io.control, shell, nic.io.s_axil, machine)
    // The time is handed over again and again: what the NIC sees is a few clocks old.
    val time = Stream(UInt(64 bits))
    time.valid := True
    time.payload := io.time
    val there = Crossing.handshake(time, shell, machine)
    there.ready := True
    val inside = new ClockingArea(machine) {
      val now = RegNextWhen(there.payload, there.valid) init 0
    }
    nic.io.time_ns := inside.now
  } else {
    nic.io.s_axil << io.control
    nic.io.time_ns := io.time
  }

  for ((to, i) <- nic.io.s_axis.zipWithIndex) {
    if (i < ports) {
      val from = toMachine(Width.of(io.rx(i).s2mPipe().m2sPipe(), config.bus))
      from.ready := to.tready
      to.tvalid := from.valid
      to.tdata := from.data
      to.tkeep := from.keep
      to.tlast := from.last
      to.tuser := from.about.damaged ## B(0, 16 bits) ## B(i + 1, 16 bits)
    } else {
      to.tvalid := False
      to.tdata := 0
      to.tkeep := 0
      to.tlast := False
      to.tuser := 0
    }
  }

  private def leaving(from: AxiStream): Stream[ShellBeat[Sent]] = {
    val stream = Stream(ShellBeat(config.bus, Sent()))
    stream.valid := from.tvalid
    from.tready := stream.ready
    stream.data := from.tdata
    stream.keep := from.tkeep
    stream.last := from.tlast
    stream.about.verdict := from.tuser(7 downto 0).asUInt
    stream.about.ingress := from.tuser(15 downto 8).asUInt
    stream.about.metadata := from.tuser(55 downto 48).asUInt
    stream.about.length := from.tuser(71 downto 56).asUInt
    toShell(stream)
  }
  for ((from, i) <- nic.io.m_axis.zipWithIndex) {
    if (i < ports) io.tx(i) << Width.of(leaving(from), bytes).m2sPipe()
    else from.tready := True // Nothing comes: no interface is this port.
  }

  private val whole = if (!config.adjusts) leaving(nic.io.m_axis_host) else {
    val strip = StripMetadata(config.bus)
    strip.io.in << leaving(nic.io.m_axis_host).m2sPipe()
    strip.io.out
  }
  private val toHost = Width.of(whole.m2sPipe(), bytes)
  private val byPort = if (ports == 1) Seq(toHost)
  else StreamDemux(toHost, toHost.about.ingress.resize(log2Up(ports)), ports)
  for ((from, to) <- byPort.zip(io.host)) to << from.m2sPipe()
}
