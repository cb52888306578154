package org.weft.hw.packet

import org.weft.hw.config.NicConfig
import org.weft.isa.machine.MachineSpec.Dispatch
import spinal.core._
import spinal.lib._

/** A beat of a packet between the parts of the NIC. */
case class PortBeat(config: NicConfig) extends Bundle {
  val first, last = Bool()
  val data = Bits(8 * config.bus bits)
  val origin = Origin(config)
}

/** A beat of a port's stream: which of its bytes are there, and with the first one what the packet
  * brings with it.
  */
case class StreamBeat(config: NicConfig) extends Bundle {
  val last = Bool()
  val data = Bits(8 * config.bus bits)
  val keep = Bits(config.bus bits)

  /** With the last beat: who received the frame says that it is damaged. */
  val damaged = Bool()
  val origin = Origin(config)
}

/** Why a port does not take a packet. */
object Refusal extends SpinalEnum {
  val OVERFLOW, OVERSIZE, UNDERSIZE, DAMAGED = newElement()
}

/** A packet that a port has stored. */
case class WholePacket(config: NicConfig) extends Bundle {
  val length = UInt(config.lengthWidth bits)

  /** The logical CPU that it brings, and that of its flow. */
  val cpu, flow = UInt(config.cpuWidth bits)
}

/** The queue of a network port: stores packets whole, or not at all. */
case class InputPort(config: NicConfig) extends Component {
  import config.{bus, lengthWidth, portQueueBeats}
  private val width = log2Up(portQueueBeats)
  private val frameBeats = (config.machine.frameBytes + bus - 1) / bus

  val io = new Bundle {
    val stream = slave(Flow(StreamBeat(config)))

    /** Whether there is room for a largest frame. */
    val hasRoom = out Bool ()

    /** A packet that is not stored has ended. */
    val refused = master(Flow(Refusal()))

    /** The oldest packet that is here as a whole, and a beat of it in the clock after it is taken. */
    val waits = out Bool ()
    val length = out UInt (lengthWidth bits)
    val cpu, flow = out UInt (config.cpuWidth bits)
    val takes = in Bool ()
    val lasts = in Bool ()
    val beat = out(PortBeat(config))
  }

  private val coming = Reg(Bool()) init False
  private val refuses = Reg(Bool()) init False
  private val reason = Reg(Refusal()) // Without reset: set where refuses is.
  private val bytes = Reg(UInt(lengthWidth + 1 bits)) init 0
  private val used = Reg(UInt(width + 1 bits)) init 0
  private val begun, last, first = Reg(UInt(width bits)) init 0
  io.hasRoom := used +^ frameBeats <= portQueueBeats

  private val now = io.stream
  private val size = CountOne(now.keep)
  private val total = Mux(coming, bytes, U(0)) +^ size
  private val overflows = !coming && !io.hasRoom
  private val rejected = coming && refuses
  private val oversize = total > config.machine.frameBytes
  private val undersize = now.last && total < InputPort.LeastBytes
  private val damaged = now.last && now.damaged
  private val fails = overflows || rejected || oversize || damaged || undersize
  private val stores = now.valid && !fails
  private val why = Refusal()
  why := reason
  when(!rejected) {
    why := Mux(overflows, Refusal.OVERFLOW, Mux(oversize, Refusal.OVERSIZE,
      Mux(damaged, Refusal.DAMAGED, Refusal.UNDERSIZE)))
  }
  when(now.valid) {
    coming := !now.last
    refuses := fails
    reason := why
    bytes := total.resized
    last := Mux(fails, Mux(coming && !rejected, begun, last), last + 1)
    when(!coming)(begun := last)
  }
  private val undone = Mux(coming && !rejected, last - begun, U(0))
  io.refused.valid := now.valid && now.last && fails
  io.refused.payload := why
  // What is taken gives its room back with its last beat.
  private val returned = (io.length +^ (bus - 1)) >> log2Up(bus)
  used := (used + stores.asUInt - Mux(now.valid && fails, undone, U(0)) -
    Mux(io.lasts, returned, U(0))).resized

  private val kept = PortBeat(config)
  kept.first := !coming
  kept.last := now.last
  kept.data := now.data
  kept.origin := now.origin
  private val queue = WideQueue(PortBeat(config), portQueueBeats)
  queue.io.push.valid := stores
  queue.io.push.payload := kept
  queue.io.place := last
  queue.io.mask := B(1)
  queue.io.first := first
  when(io.takes)(first := first + 1)
  io.beat := queue.io.head

  // Packets that are whole: their lengths, and the logical CPU that they bring.
  private val whole = SmallQueue(WholePacket(config), portQueueBeats)
  private val cpu = RegNextWhen(now.origin.cpu, now.valid && !coming) // Looked at behind a first beat.
  private val packet = Flow(WholePacket(config))
  packet.valid := stores && now.last
  packet.length := total.resized
  packet.cpu := Mux(coming, cpu, now.origin.cpu)
  packet.flow := 0
  if (config.machine.dispatch == Dispatch.FLOW_HASH) {
    val hash = FlowHash(config)
    hash.io.beat << now
    hash.io.length := total.resized
    whole.io.push.valid := Delay(packet.valid, FlowHash.Clocks, init = False)
    whole.io.push.payload := Delay(packet.payload, FlowHash.Clocks)
    whole.io.push.flow.removeAssignments() := hash.io.cpu
  } else {
    whole.io.push << packet
  }
  whole.io.pop := io.lasts
  io.waits := !whole.io.isEmpty
  io.length := whole.io.head.length
  io.cpu := whole.io.head.cpu
  io.flow := whole.io.head.flow
}

object InputPort {

  /** A shorter frame has no Ethernet header. */
  val LeastBytes = 14
}
