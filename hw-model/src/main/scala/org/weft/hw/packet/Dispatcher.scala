package org.weft.hw.packet

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.isa.machine.MachineSpec.Dispatch
import spinal.core._
import spinal.lib._

/** Gives packets to halves of cores, port by port in turn, a beat a clock. */
case class Dispatcher(config: NicConfig) extends Component {
  import config.{cores, lengthWidth, machine, ports}
  private val roomWidth = log2Up(config.coreQueueWords) + 1

  val io = new Bundle {

    /** Whether packets bring their logical CPU with them. */
    val chosenCpu = in Bool ()

    /** Whether packets are dispatched, and which bank of rows they use. */
    val runs = in Bool ()
    val bank = in Bool ()
    val waits = in Bits (ports bits)
    val length = in Vec (UInt(lengthWidth bits), ports)

    /** Logical CPUs: that packets bring, and by flow. */
    val cpu, flow = in Vec (UInt(config.cpuWidth bits), ports)
    val room = in Vec (UInt(roomWidth bits), 2 * cores)

    /** A beat is taken from a port, the last of its packet. */
    val takes, lasts = out Bits (ports bits)

    /** A packet begins to go to a half. */
    val begins = master(Flow(Arriving(config)))
    val half = out UInt (config.halfWidth bits)

    /** The port and half of the beat that was taken in the clock before. */
    val moving = out Bool ()
    val port = out UInt (config.portWidth bits)
    val target = out UInt (config.halfWidth bits)

    /** Its packet's logical CPU. */
    val runsOn = out UInt (config.cpuWidth bits)
  }

  // Round-robin over logical CPUs; both halves of a core in turn.
  private val turn = Reg(UInt(config.cpuWidth bits)) init 0
  private val nextHalf = Reg(Bits(cores bits)) init 0
  private def coreOf(cpu: UInt): UInt = cpu.muxListDc(
    (0 until (1 << config.cpuWidth)).map(c => c -> U(c % cores, log2Up(cores) max 1 bits)))
  private val byFlow = machine.dispatch == Dispatch.FLOW_HASH
  private val cpus = Vec((0 until ports).map(port =>
    Mux(io.chosenCpu, io.cpu(port), if (byFlow) io.flow(port) else turn)))
  private val targets = Vec(for (port <- 0 until ports) yield {
    val core = coreOf(cpus(port))
    if (cores == 1) nextHalf.asUInt.resize(config.halfWidth) else (core @@ nextHalf(core).asUInt).resize(config.halfWidth)
  })
  private val needs = Vec(io.length.map(l =>
    ((l + (config.word - 1)) >> log2Up(config.word)).resize(roomWidth)))
  private val fits = Vec((0 until ports).map(p =>
    io.waits(p) && needs(p) <= io.room(targets(p)))).asBits

  private val busy = Reg(Bool()) init False
  private val last = Reg(UInt(config.portWidth bits)) init 0
  private val left = Reg(UInt(lengthWidth bits)) init 0 // Bytes of the packet under way.
  private val current = Reg(UInt(config.halfWidth bits)) init 0
  private val above = Vec((0 until ports).map(p => last < p)).asBits
  private val chosen = OHMasking.first(Mux((fits & above).orR, fits & above, fits))
  private val starts = !busy && io.runs && fits.orR
  private val port = Mux(busy, last, OHToUInt(chosen).resize(config.portWidth))
  private val bytes = Mux(busy, left, Choice(io.length, port))
  private val ends = bytes <= config.bus
  private val takes = busy || starts
  io.takes := Mux(takes, UIntToOh(port, ports), B(0, ports bits))
  io.lasts := Mux(takes && ends, UIntToOh(port, ports), B(0, ports bits))
  io.half := Mux(busy, current, Choice(targets, port))
  when(takes) {
    busy := !ends
    left := (bytes - config.bus).resized
  }
  when(starts) {
    last := port
    current := io.half
    turn := Mux(turn === machine.cpus - 1, U(0), turn + 1)
    if (cores == 1) nextHalf(0) := !io.half(0)
    else nextHalf((io.half >> 1).resize(log2Up(cores))) := !io.half(0)
  }
  io.begins.valid := starts
  io.begins.length := Choice(io.length, port)
  io.begins.port := port
  io.begins.bank := io.bank
  io.moving := RegNext(takes, init = False)
  io.port := RegNext(port) // Looked at where moving.
  io.target := RegNext(io.half) // Looked at where moving.
  io.runsOn := RegNextWhen(Choice(cpus, port), starts) // Looked at where moving.
}
