package org.weft.hw.packet

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What can become of a packet that was dispatched, beyond what its program decides. */
object Fates {
  val NoPort = 5
  val OutputOverflow = 6
}

/** A packet that ends without leaving. */
case class Dropped(config: NicConfig) extends Bundle {
  val bank = Bool()
  val fate = UInt(3 bits)
  val number = if (config.trace) UInt(32 bits) else null
}

/** The port of an interface, if it has one. */
case class PortOf(config: NicConfig) extends Bundle {
  val isThere = Bool()
  val port = UInt(config.portWidth bits)
}

/** A beat on its way to an output, with the packet it is of. */
case class OutputBeat(config: NicConfig) extends Bundle {
  val data = Bits(8 * config.bus bits)
  val packet = Departing(config)
}

/** Lets packets of a port leave in the order in which they were dispatched. */
case class Reorder(config: NicConfig) extends Component {
  import config.{halfWidth, ports}
  private val outputs = ports + 1
  private val halves = 2 * config.cores
  private val roomWidth = log2Up(config.portQueueBeats) + 1

  val io = new Bundle {

    /** The clock's number modulo ports: which one is looked at first. */
    val turn = in UInt (config.portWidth bits)
    val dispatched = slave(Flow(UInt(halfWidth bits)))
    val port = in UInt (config.portWidth bits)

    val isEmpty, hasBeat, isWhole = in Bits (halves bits)
    val heads = in Vec (Departing(config), halves)
    val beats = in Vec (Bits(8 * config.bus bits), halves)
    val takes, left = out Bits (halves bits)

    val room = in Vec (UInt(roomWidth bits), outputs)
    val begins = Vec(master(Flow(UInt(config.lengthWidth bits))), outputs)
    val forwards = Vec(master(Flow(OutputBeat(config))), outputs)
    val dropped = Vec(master(Flow(Dropped(config))), ports)

    /** By interface, from 1 on: its port, or none. */
    val portOf = in Vec (PortOf(config), Target.Greatest)

    /** A packet of a port has left its core: the bank of its rows. */
    val gone = Vec(master(Flow(Bool())), ports)
  }

  private val taken = Reg(Bits(outputs bits)) init 0
  private val sides = for (port <- 0 until ports) yield new Area {
    val order = WideQueue(UInt(halfWidth bits), config.orderedPackets)
    val last, first = Reg(UInt(order.width bits)) init 0
    val pushes = io.dispatched.valid && io.port === port
    order.io.push.valid := pushes
    order.io.push.payload := io.dispatched.payload
    order.io.mask := B(1)
    order.io.place := last
    when(pushes)(last := last + 1)
    val count = Reg(UInt(order.width + 1 bits)) init 0

    val half = order.io.head
    val packet = io.heads(half)
    val forwarding = Reg(Bool()) init False
    val output = Reg(UInt(log2Up(outputs) bits)) init 0
    val beatsLeft = Reg(UInt(config.lengthWidth bits)) init 0

    val isHere = count =/= 0 && !forwarding && !io.isEmpty(half) && packet.port === port
    val leaves = Verdict.leaves(packet.fate)
    val interface = io.portOf((packet.target - 1).resize(log2Up(Target.Greatest)))
    val toHost = packet.target === Target.Host
    val toPort = Mux(toHost, U(ports, log2Up(outputs) bits), interface.port.resize(log2Up(outputs)))
    val way = packet.fate.mux(
      Verdict.Tx -> U(port, log2Up(outputs) bits),
      Verdict.Redirect -> toPort,
      default -> U(ports, log2Up(outputs) bits))
    val needs = (packet.length +^ (config.bus - 1)) >> log2Up(config.bus)
    val noPort = packet.fate === Verdict.Redirect &&
      (packet.target === 0 || !toHost && !interface.isThere)
    val overflows = io.room(way) < needs
    val isDropped = !leaves || noPort || overflows
    val drops = isHere && isDropped && (!leaves || io.isWhole(half))
    val wants = isHere && !isDropped && !taken(way)
    val granted = Bits(outputs bits)
    val starts = granted.orR
    val moves = (forwarding || starts) && io.hasBeat(half)
    val beatsNow = Mux(forwarding, beatsLeft, needs.resize(config.lengthWidth))
    val ends = moves && beatsNow === 1
    val to = Mux(forwarding, output, way)
    val gone = drops || ends
    when(starts)(output := way)
    when(starts || moves) {
      forwarding := !ends
      beatsLeft := beatsNow - moves.asUInt
    }
    when(gone)(first := first + 1)
    order.io.first := first + gone.asUInt
    count := count + RegNext(pushes, init = False).asUInt - gone.asUInt

    io.dropped(port).valid := drops
    io.dropped(port).fate := Mux(!leaves, packet.fate,
      Mux(noPort, U(Fates.NoPort, 3 bits), U(Fates.OutputOverflow, 3 bits)))
    if (config.trace) io.dropped(port).number := packet.number
    io.dropped(port).bank := packet.bank
    io.gone(port).valid := gone
    io.gone(port).payload := packet.bank
  }

  // Of the ports that want an output the first from the turn on gets it.
  for (output <- 0 until outputs) {
    val wants = Vec(sides.map(s => s.wants && s.way === output)).asBits
    val from = Vec((0 until ports).map(p => io.turn <= p)).asBits
    val granted = OHMasking.first(Mux((wants & from).orR, wants & from, wants))
    val users = sides.map(s => (s.forwarding || s.starts) && s.to === output)
    io.begins(output).valid := wants.orR
    io.begins(output).payload := MuxOH(granted, sides.map(_.packet.length))
    val beat = OutputBeat(config)
    beat.data := MuxOH(Vec(users).asBits, sides.map(s => io.beats(s.half)))
    beat.packet := MuxOH(Vec(users).asBits, sides.map(_.packet))
    io.forwards(output).valid := RegNext(sides.zip(users).map { case (s, u) => s.moves && u }.orR, init = False)
    io.forwards(output).payload := RegNext(beat) // Looked at when valid.
    when(wants.orR)(taken(output) := True)
    when(sides.map(s => s.ends && s.to === output).orR)(taken(output) := False)
    for ((side, port) <- sides.zipWithIndex) side.granted(output) := granted(port)
  }

  for (half <- 0 until halves) {
    io.takes(half) := sides.map(s => s.moves && s.half === half).orR
    io.left(half) := sides.map(s => s.gone && s.half === half).orR
  }
}
