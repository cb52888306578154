package org.weft.hw.call

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.row.{LateKind, LateResult, RegisterPlace}
import org.weft.hw.map.{MapOperation, MapRequest}
import org.weft.hw.packet.SmallQueue
import spinal.core._
import spinal.lib._

/** Bytes of a line of core memory that a mover makes zero. */
case class LineWrite(config: NicConfig) extends Bundle {
  val line = UInt(config.lineWidth bits)
  val mask = Bits(config.line bits)
}

/** The late calls of a core, the oldest first: when all is done that its context posted, an entry of a map
  * is asked for, or lines of memory are moved in clocks in which the half moves. See [C6], [M2] and [H1].
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

    /** The half that moves in this clock. */
    val moving = in UInt (1 bits)
    val zeroes = Vec(master(Flow(LineWrite(config))), 2)
    val result = master(LateResult(config))
  }

  private val queue = SmallQueue(LateCall(config), config.machine.threads)
  queue.io.push << io.push
  private val head = queue.io.head
  private val anyPosted = io.posted.map(_.orR).orR
  private val posted = Choice(io.posted, head.half)(head.context)
  private val isAlone = Choice(io.alone, head.half)(head.context)
  private val may = !queue.io.isEmpty && !Mux(isAlone, anyPosted, posted)

  // Entries.
  private val asks = may && head.isEntry && !io.busy
  private val request = io.entry.payload
  io.entry.valid := asks
  request.word := head.word
  request.operation := MapOperation.Load
  request.inside := head.inside
  request.nextInside := False
  request.answered := True
  request.atomic := False
  request.data := 0
  request.waiter.half := head.half
  request.waiter.context := head.context
  request.waiter.place := head.place
  request.waiter.kind := head.kind
  request.waiter.offset := 0
  request.waiter.size := 3
  request.waiter.signed := False
  request.waiter.swapped := False

  // Lines: the first from a byte on, the last up to one.
  private val moved = Reg(UInt(config.lineWidth bits)) init 0
  private val end = head.from +^ head.bytes
  private val line = (head.from >> lineShift) + moved
  private val lastLine = ((end - 1) >> lineShift).resize(config.lineWidth)
  private val moves = may && !head.isEntry && io.moving === head.half
  private val isLast = line === lastLine
  private val all = (BigInt(1) << config.line) - 1
  private val behind = B(all, config.line bits) |<< head.from(lineShift - 1 downto 0)
  private val before = B(all, config.line bits) |>> (U(0, lineShift bits) - end(lineShift - 1 downto 0))
  when(moves)(moved := Mux(isLast, U(0), moved + 1))
  for ((zero, h) <- io.zeroes.zipWithIndex) {
    zero.valid := moves && head.half === h
    zero.line := line
    zero.mask := Mux(moved === 0, behind, B(all)) & Mux(isLast, before, B(all))
  }
  private val done = moves && isLast
  queue.io.pop := asks || done

  // The result of what was moved is 0, three clocks later.
  private case class Done() extends Bundle {
    val context = UInt(config.contextWidth bits)
    val place = RegisterPlace(config)
  }
  private val results = for (h <- 0 until 2) yield {
    val results = SmallQueue(Done(), halfContexts)
    results.io.push.valid := Delay(done && head.half === h, 2, init = False)
    results.io.push.context := Delay(head.context, 2)
    results.io.push.place := Delay(head.place, 2)
    results.io.pop := io.result.fire && io.result.half === h
    results
  }
  private val oldest = Choice(results.map(_.io.head), io.result.half)
  io.result.valid := !Choice(results.map(_.io.isEmpty), io.result.half)
  io.result.context := oldest.context
  io.result.place := oldest.place
  io.result.kind := LateKind.Value
  io.result.value := 0
}
