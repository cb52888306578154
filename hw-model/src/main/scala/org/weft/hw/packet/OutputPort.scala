package org.weft.hw.packet

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** A beat of an output's stream, with what became of its packet. */
case class LeavingBeat(config: NicConfig) extends Bundle {
  val last = Bool()
  val data = Bits(8 * config.bus bits)
  val keep = Bits(config.bus bits)
  val packet = Departing(config)
}

/** The queue of an output: of a network port, or of the host. */
case class OutputPort(config: NicConfig) extends Component {
  import config.{bus, portQueueBeats}
  private val width = log2Up(portQueueBeats)

  val io = new Bundle {
    val begins = slave(Flow(UInt(config.lengthWidth bits)))
    val room = out UInt (width + 1 bits)
    val beat = slave(Flow(OutputBeat(config)))
    val stream = master(Stream(LeavingBeat(config)))
  }

  private def beatsOf(bytes: UInt): UInt = ((bytes +^ (bus - 1)) >> log2Up(bus)).resize(width + 1)

  private val queue = WideQueue(OutputBeat(config), portQueueBeats)
  private val first, last = Reg(UInt(width bits)) init 0
  private val beats = Reg(UInt(width + 1 bits)) init 0
  queue.io.push << io.beat
  queue.io.mask := B(1)
  queue.io.place := last
  when(io.beat.valid)(last := last + 1)

  private val sent = Reg(UInt(config.lengthWidth bits)) init 0
  private val head = queue.io.head
  private val left = head.packet.length - sent
  private val ends = left <= bus
  private val fires = io.stream.fire
  io.stream.valid := beats =/= 0
  io.stream.last := ends
  io.stream.data := head.data
  io.stream.keep := Cat((0 until bus).map(i => left > i))
  io.stream.packet := head.packet
  when(fires) {
    first := first + 1
    sent := Mux(ends, U(0), sent + bus)
  }
  queue.io.first := first + fires.asUInt
  beats := beats + RegNext(io.beat.valid, init = False).asUInt - fires.asUInt

  // Room is taken when a packet begins to come, and is free in the clock after its last beat.
  private val used = Reg(UInt(width + 1 bits)) init 0
  used := used + Mux(io.begins.valid, beatsOf(io.begins.payload), U(0)) -
    Mux(fires && ends, beatsOf(head.packet.length), U(0))
  io.room := U(portQueueBeats) - used
}
