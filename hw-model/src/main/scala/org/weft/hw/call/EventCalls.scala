package org.weft.hw.call

import org.weft.hw.config.{Choice, NicConfig, Turns}
import org.weft.hw.event.EventChannel
import spinal.core._
import spinal.lib._

/** The entry of an event, as it comes from map memory. */
case class EntryOfEvent() extends Bundle {
  val half = UInt(1 bits)
  val isOpen = Bool()
}

/** A core's calls that make events, of both halves by turns, of each the oldest call while that is one: its entry is
  * asked for; if an event is open there, the event unit is asked to take it; if that has room, memory is read.
  */
case class EventCalls(config: NicConfig) extends Component {
  val io = new Bundle {

    /** The half that moves in this clock, its oldest call, and whether that makes an event and may go on. */
    val moving = in UInt (1 bits)
    val head = in(LateCall(config))
    val may = in Bool ()

    /** Whether a row asks for a map value in this clock; whether the entry is asked for; what it is, later. */
    val busy = in Bool ()
    val asks = out Bool ()
    val entry = slave(Flow(EntryOfEvent()))

    /** Whether memory may be read; whether the last of it is; what was read. */
    val reads = out Bool ()
    val done = in Bool ()
    val word = slave(Flow(ReadWord()))

    /** Whether the call is done without reading; what it answers, done in either way. */
    val answers = out Bool ()
    val result = out SInt (EventCalls.ResultWidth bits)
    val channel = master(EventChannel(config))
  }

  private val ends = io.answers || io.reads && io.done
  private def kept(set: Bool): Bool = {
    val isSet = Bool()
    isSet := Turns((isSet || set) && !ends, False)
    isSet
  }

  private val isAsked = kept(io.asks)
  io.asks := io.may && !isAsked && !io.busy
  private val isKnown, isOpen = Vec(Reg(Bool()) init False, 2)
  for (half <- 0 until 2) {
    when(ends && io.moving === half)(isKnown(half) := False)
    when(io.entry.valid && io.entry.half === half) {
      isKnown(half) := True
      isOpen(half) := io.entry.isOpen
    }
  }
  private val knows = io.may && Choice(isKnown, io.moving)
  private val error = Mux(!io.head.inside, S(EventCalls.E2big, EventCalls.ResultWidth bits),
    Mux(!Choice(isOpen, io.moving), S(EventCalls.Enoent), S(EventCalls.Eopnotsupp)))
  private val isEvent = io.head.inside && Choice(isOpen, io.moving) && io.head.event.isMine

  private val channel = io.channel
  private val isAccepted = kept(channel.decides && channel.accepts)
  private val isRefused = kept(channel.decides && !channel.accepts)
  private val isFull = kept(channel.decides && !channel.accepts && channel.isFull)
  channel.asks := knows && isEvent && !isAccepted && !isRefused
  channel.event.assignSomeByName(io.head.event)
  channel.event.bytes := io.head.reads.firstBytes
  channel.event.packetBytes := io.head.reads.secondBytes
  io.reads := io.may && isAccepted
  io.answers := knows && (!isEvent || isRefused)
  io.result := Mux(isAccepted, S(0), Mux(isRefused, Mux(isFull, S(EventCalls.Enospc), S(0)), error))

  // What there is nothing of is not read, though that takes a clock.
  private val hasWords = io.head.reads.firstBytes =/= 0 || io.head.reads.secondBytes =/= 0
  channel.done := io.reads && io.done
  channel.word.valid := io.word.valid && Delay(io.reads && hasWords, CallTiming.Word, init = False)
  channel.word.payload := io.word.data
}

object EventCalls {
  val ResultWidth = 8
  private val Enoent = -2
  private val E2big = -7
  private val Enospc = -28
  private val Eopnotsupp = -95
}
