package org.weft.hw.call

import org.weft.hw.config.{Choice, NicConfig, Turns}
import org.weft.hw.event.EventChannel
import org.weft.hw.row.{LateKind, LateResult, RegisterPlace}
import org.weft.hw.map.{MapOperation, MapRequest}
import org.weft.hw.packet.HalfQueue
import spinal.core._
import spinal.lib._

/** Bytes of a line of core memory that a mover makes zero. */
case class LineWrite(config: NicConfig) extends Bundle {
  val line = UInt(config.lineWidth bits)
  val mask = Bits(config.line bits)
}

/** The late calls of a core, of each half the oldest first, in the clocks in which it moves: when all is done that its
  * context posted, an entry of a map is asked for, memory is read, or lines of it are written. See [C6], [M2] and [H1].
  */
case class CallQueue(config: NicConfig) extends Component {
  import config.{halfContexts, lineShift}

  val io = new Bundle {
    val push = slave(Flow(LateCall(config)))

    /** By half: contexts of which something is posted, and of those that are alone on their CPU. */
    val posted, alone = Vec(in(Bits(halfContexts bits)), 2)

    /** A row asks for a map value in this clock. */
    val busy = in Bool ()
    val entry = master(Flow(MapRequest(config)))

    /** The ring unit is asked for the oldest call of the half that moves. */
    val asksRing = out Bool ()

    /** The half that moves in this clock. */
    val moving = in UInt (1 bits)
    val zeroes = Vec(master(Flow(LineWrite(config))), 2)
    val result = master(LateResult(config))

    /** The entry of an event, when it is there; events that are to be taken. */
    val entryOfEvent = if (config.events) slave(Flow(EntryOfEvent())) else null
    val events = if (config.events) master(EventChannel(config)) else null

    /** Memory of the moving half's oldest call can be read; the last of it is. */
    val reading = new Bundle {
      val may = out Bool ()
      val call = out(LateCall(config))
      val done = in Bool ()

      /** What was read in the half's clock before. */
      val word = slave(Flow(ReadWord()))
    }
  }

  // In a clock all is about the oldest call of the half that moves.
  private val queue = HalfQueue(LateCall(config), halfContexts)
  queue.io.push << io.push
  queue.io.to := io.push.half
  queue.io.half := io.moving
  private val head = queue.io.head
  private val anyPosted = io.posted.map(_.orR).orR
  private val posted = Choice(io.posted, io.moving)(head.context)
  private val isAlone = Choice(io.alone, io.moving)(head.context)
  // What has begun is not held up by what others of the CPU post meanwhile.
  private val begun = Bool()
  private val may = !queue.io.isEmpty && (begun || !Mux(isAlone, anyPosted, posted))
  begun := Turns(may && !queue.io.pop, False)
  // The number of an entry: it is there in the half's next clock after it was asked for, and kept in further ones.
  private val isRead, isKept = Bool()
  isRead := Turns((isRead || io.reading.done && head.isIndexed) && !queue.io.pop, False)
  isKept := Turns(isRead && !queue.io.pop, False)
  private val index = UInt(32 bits)
  private val kept = Turns(index, U(0, 32 bits))
  index := Mux(isKept, kept, io.reading.word.data(31 downto 0).asUInt)
  private val events = Option.when(config.events)(EventCalls(config))
  private def ofEvent(value: EventCalls => Bool): Bool = events.map(value).getOrElse(False)
  for (events <- events) {
    events.io.moving := io.moving
    events.io.head := head
    events.io.may := may && head.isEvent
    events.io.busy := io.busy
    events.io.entry << io.entryOfEvent
    events.io.done := io.reading.done
    events.io.word << io.reading.word
    io.events <> events.io.channel
  }
  io.reading.may := may && (head.onlyReads || head.isIndexed && !isRead) || ofEvent(_.io.reads)
  io.reading.call := head

  // Entries.
  private val asks = may && (head.isEntry || isRead) && !io.busy
  private val request = io.entry.payload
  io.entry.valid := asks || ofEvent(_.io.asks)
  private val inside = index < head.words
  request.word := Mux(head.isIndexed, Mux(inside, head.word + index.resize(config.mapWordWidth), U(0)), head.word)
  request.operation := Mux(head.isLock, U(MapOperation.Exchange), U(MapOperation.Load)).resize(MapOperation.Width)
  request.inside := Mux(head.isIndexed, inside, head.inside)
  request.nextInside := False
  if (config.rings) request.nextWord := 0
  request.answered := True
  request.atomic := head.isLock
  request.data := Mux(head.upper, B(BigInt(1) << 32, 64 bits), B(1, 64 bits))
  if (config.compares) request.compare := 0
  request.waiter.half := head.half
  request.waiter.context := head.context
  request.waiter.place := head.place
  request.waiter.kind := head.kind
  request.waiter.offset := (B(head.isLock && head.upper) ## B(0, 2 bits)).asUInt
  request.waiter.size := 3
  request.waiter.signed := False
  request.waiter.swapped := False

  // Positions of rings.
  io.asksRing := may && head.isRing

  // Lines: the first from a byte on, the last up to one.
  private val moved = UInt(config.lineWidth bits)
  private val end = head.from +^ head.bytes
  private val line = (head.from >> lineShift) + moved
  private val lastLine = ((end - 1) >> lineShift).resize(config.lineWidth)
  private val moves = may && !head.isEntry && !head.onlyReads && !head.isIndexed && !head.isRing && !head.isEvent
  private val isLast = line === lastLine
  private val all = (BigInt(1) << config.line) - 1
  private val behind = B(all, config.line bits) |<< head.from(lineShift - 1 downto 0)
  private val before = B(all, config.line bits) |>> (U(0, lineShift bits) - end(lineShift - 1 downto 0))
  moved := Turns(Mux(moves, Mux(isLast, U(0), moved + 1), moved), U(0, config.lineWidth bits))
  for ((zero, h) <- io.zeroes.zipWithIndex) {
    zero.valid := moves && io.moving === h
    zero.line := line
    zero.mask := Mux(moved === 0, behind, B(all)) & Mux(isLast, before, B(all))
  }
  private val done = moves && isLast || io.reading.done && (head.isSum || head.isCopy || head.isEvent) ||
    ofEvent(_.io.answers)
  queue.io.pop := asks || done || io.asksRing || io.reading.done && head.isTable

  // The result of what was moved is 0, three clocks later; so is a sum.
  private case class Done() extends Bundle {
    val context = UInt(config.contextWidth bits)
    val place = RegisterPlace(config)
    val sum = if (config.sums) OpenSum() else null
    val answer = if (config.events) SInt(EventCalls.ResultWidth bits) else null
  }
  private val results = HalfQueue(Done(), halfContexts)
  results.io.push.valid := Delay(done, 2, init = False)
  results.io.push.context := Delay(head.context, 2)
  results.io.push.place := Delay(head.place, 2)
  results.io.to := Delay(io.moving, 2)
  results.io.half := io.result.half
  results.io.pop := io.result.fire
  io.result.valid := !results.io.isEmpty
  io.result.context := results.io.head.context
  io.result.place := results.io.head.place
  io.result.kind := LateKind.Value
  for (events <- events)
    results.io.push.answer := Delay(Mux(head.isEvent, events.io.result, S(0)), 2)
  private val answer = if (config.events) results.io.head.answer.resize(64).asBits else B(0, 64 bits)
  if (!config.sums) io.result.value := answer
  else {
    val unit = ChecksumUnit(config)
    unit.io.word << io.reading.word
    unit.io.seed := Delay(head.seed, CallTiming.Word).asUInt
    unit.io.hasFirst := Delay(head.reads.firstBytes =/= 0, CallTiming.Word)
    unit.io.hasSecond := Delay(head.reads.hasSecond, CallTiming.Word)
    results.io.push.sum := unit.io.sum
    when(!Delay(head.isSum, CallTiming.Word)) {
      results.io.push.sum.bits := 0
      results.io.push.sum.inverts := False
    }
    io.result.value := results.io.head.sum.closed | answer
  }
}
