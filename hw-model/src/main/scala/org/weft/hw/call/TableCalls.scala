package org.weft.hw.call

import org.weft.hw.config.{Bitwise, NicConfig, Turns}
import org.weft.hw.map.DescriptorWrite
import org.weft.hw.packet.{HalfQueue, SmallQueue}
import org.weft.hw.row.{LateKind, LateResult, RegisterPlace}
import org.weft.hw.table.{KeyHash, Operation, TableAnswer, TableCall, TableRequest}
import spinal.core._
import spinal.lib._

/** Keys of a half's calls that wait, a beat after the other, in the order of the calls. */
case class KeyRing(config: NicConfig) extends Component {
  private val width = log2Up(config.halfContexts * NicConfig.KeyBeats)

  val io = new Bundle {

    /** A word, in the half's clocks. */
    val word = slave(Flow(ReadWord()))

    /** It as it stands in the upper half of a beat, which is zero until that comes. */
    val upper = in Bits (64 bits)

    /** The oldest beat, and whether it goes. */
    val key = out Bits (128 bits)
    val goes = in Bool ()
  }

  private val beats = Mem(Bits(128 bits), 1 << width)
  private val first, last = Reg(UInt(width bits)) init 0
  private val upper = io.word.upper
  beats.write(last, io.upper ## io.word.data, io.word.valid, True ## !upper)
  when(io.word.valid && (upper || io.word.ends))(last := last + 1)
  private val next = first + io.goes.asUInt
  first := next
  io.key := beats.readSync(next)
}

/** A call that an engine or the writer can take, beside its key. */
case class WaitingCall(config: NicConfig) extends Bundle {
  val table = TableCall(config)
  val beats = UInt(NicConfig.KeyBeatWidth bits)

  /** Where its value begins among those of its half. */
  val value = UInt(log2Up(config.halfContexts * NicConfig.ValueWords) bits)
  def half: UInt = table.context(0 downto 0)
}

/** A core's calls of tables, from words of keys and values to results: the hash is taken on the way; keys and values
  * stand in rings until an engine or the writer takes them. Words of both halves come by turns, through the same steps.
  * See docs/microarchitecture.md, [H3] and [H4].
  */
case class TableCalls(config: NicConfig) extends Component {
  import config.{contextWidth, halfContexts, machine}

  val io = new Bundle {

    /** The oldest call of the half that moves, whose memory is read; whether the last of it is asked for in this clock. */
    val call = in(LateTable(config))
    val keyBytes = in UInt (config.readWidth bits)
    val half = in UInt (1 bits)
    val context = in UInt (contextWidth bits)
    val done = in Bool ()
    val word = slave(Flow(ReadWord()))

    /** A call is made: where its result goes. */
    val begins = slave(Flow(LateCall(config)))
    val lookups, changes = master(TableRequest(config))
    val found, changed = slave(Flow(TableAnswer(config)))

    /** Lookups in tables behind the memory port. */
    val outside = if (config.outsideTables) master(TableRequest(config)) else null
    val outsideFound = if (config.outsideTables) slave(Flow(TableAnswer(config))) else null
    val result = master(LateResult(config))
    val descriptor = slave(Flow(DescriptorWrite(config)))
  }

  // The map's seed, in the clock in which a word of its key is there.
  private val seeds = Mem(UInt(64 bits), 1 << NicConfig.HandleWidth)
  seeds.write(io.descriptor.handle, io.descriptor.keys.seed, io.descriptor.valid && io.descriptor.cpu === 0)
  private val seed = RegNext(seeds.readSync((io.call.map + 1).resize(NicConfig.HandleWidth)))

  // Values, a word after the other.
  private val word = io.word.payload
  private val wordHalf = Delay(io.half, CallTiming.Word)
  private val valueWidth = widthOf(WaitingCall(config).value)
  private val values = Mem(Bits(64 bits), 2 << valueWidth)
  private val lastValue, begun = UInt(valueWidth bits)
  private val hasValue = io.word.valid && word.isSecond
  private val begins = Mux(hasValue && word.begins, lastValue, begun)
  values.write(wordHalf @@ lastValue, word.data, hasValue)
  lastValue := Turns(lastValue + hasValue.asUInt, U(0, valueWidth bits))
  begun := Turns(begins, U(0, valueWidth bits))

  // From the clock in which the last word is there: the seed is added, the CRC taken, and mixed in two clocks.
  private val call = WaitingCall(config)
  call.table.map := Delay(io.call.map, CallTiming.Mixed)
  call.table.operation := Delay(io.call.operation, CallTiming.Mixed)
  call.table.context := Delay((io.context @@ io.half).resize(6), CallTiming.Mixed)
  call.table.cpu := Delay(io.call.cpu.resize(8), CallTiming.Mixed)
  call.table.flags := Delay(io.call.flags, CallTiming.Mixed)
  call.beats := Delay((io.keyBytes +^ 15) >> 4, CallTiming.Mixed).resized
  call.value := Delay(begins, CallTiming.Mixed - CallTiming.Word)
  private val ready = Delay(io.done, CallTiming.Mixed, init = False)
  private val isKey = RegNext(io.word.valid && !word.isSecond) init False
  private val sum = RegNext((word.data.asUInt + seed).asBits)
  private val before = Bits(64 bits) // Of the key's words before, from the second one on.
  private val first = RegNext(word.begins)
  private val crc = RegNext(Mux(isKey, KeyHash.shifted(Mux(first, B(0, 64 bits), before) ^ sum), before))
  before := RegNext(crc)
  call.table.hash := KeyHash.mixSecond(RegNext(KeyHash.mixFirst(crc)))

  private val upper = Mux(word.upper, word.data, B(0, 64 bits))

  // Of maps: whether keys lie behind the memory port.
  private val outsides = Option.when(config.outsideTables)(Mem(Bool(), 1 << NicConfig.HandleWidth))
  outsides.foreach(_.write(io.descriptor.handle, io.descriptor.keys.isOutside, io.descriptor.valid && io.descriptor.cpu === 0))
  private def isOutside(map: UInt): Bool =
    outsides.map(_.readAsync((map + 1).resize(NicConfig.HandleWidth))).getOrElse(False)

  /** The way to an engine, or to the writer. */
  private def way(request: TableRequest, isOfWay: (UInt, UInt) => Bool): SmallQueue[WaitingCall] = {
    val queue = SmallQueue(WaitingCall(config), machine.threads)
    queue.io.push.valid := ready && isOfWay(call.table.operation, call.table.map)
    queue.io.push.payload := call
    queue.io.pop := request.takes
    val coming = Reg(UInt(NicConfig.KeyBeatWidth bits)) init 0
    when(request.takes)(coming := queue.io.head.beats - 1) elsewhen (coming =/= 0)(coming := coming - 1)
    // Whose beat is there: of the call that waits, or of the one that was taken.
    val whose = Mux(coming === 0, queue.io.head.half, RegNextWhen(queue.io.head.half, request.takes))
    val isIts = isOfWay(Delay(io.call.operation, CallTiming.Word), Delay(io.call.map, CallTiming.Word))
    val keys = for (h <- 0 until 2) yield {
      val keys = KeyRing(config)
      keys.io.word.valid := io.word.valid && !word.isSecond && isIts && wordHalf === h
      keys.io.word.payload := word
      keys.io.upper := upper
      keys.io.goes := (request.takes || coming =/= 0) && whose === h
      keys.io.key
    }
    request.valid := !queue.io.isEmpty && coming === 0
    request.call := queue.io.head.table
    request.key := Bitwise.choice(keys, whose)
    queue
  }
  private def isChange(operation: UInt): Bool = operation =/= Operation.Lookup
  way(io.lookups, (operation, map) => !isChange(operation) && !isOutside(map))
  io.lookups.word := 0
  if (config.outsideTables) {
    way(io.outside, (operation, map) => !isChange(operation) && isOutside(map))
    io.outside.word := 0
  }
  private val changing = way(io.changes, (operation, _) => isChange(operation))
  private val at = Reg(WaitingCall(config).value) init 0
  private val next = Mux(io.changes.takes, changing.io.head.value, at + io.changes.nextWord.asUInt)
  private val its = Reg(UInt(1 bits)) init 0
  private val nextHalf = Mux(io.changes.takes, changing.io.head.half, its)
  at := next
  its := nextHalf
  io.changes.word := values.readSync(nextHalf @@ next)

  // Answers.
  private case class Goal() extends Bundle {
    val place = RegisterPlace(config)
    val kind = UInt(LateKind.Width bits)
  }
  private case class Answer() extends Bundle {
    val context = UInt(contextWidth bits)
    val value = Bits(64 bits)
  }
  private val goals = Mem(Goal(), 2 << contextWidth)
  private val goal = Goal()
  goal.place := io.begins.place
  goal.kind := io.begins.kind
  goals.write(io.begins.half @@ io.begins.context, goal, io.begins.valid && io.begins.isTable)
  private def answers(flow: Flow[TableAnswer]): LateResult = {
    val result = LateResult(config)
    val queue = HalfQueue(Answer(), halfContexts)
    queue.io.push.valid := flow.valid
    queue.io.push.context := (flow.context >> 1).resized
    queue.io.push.value := flow.result
    queue.io.to := flow.context(0 downto 0)
    queue.io.half := result.half
    queue.io.pop := result.fire
    val its = goals.readAsync(result.half @@ queue.io.head.context)
    result.valid := !queue.io.isEmpty
    result.context := queue.io.head.context
    result.value := queue.io.head.value
    result.place := its.place
    result.kind := its.kind
    result
  }
  io.result <> LateResult.first(config, Seq(io.found) ++ Option(io.outsideFound) :+ io.changed map answers)
}

/** Clocks from the one in which memory of a call is asked for. */
object CallTiming {

  /** A word is there. */
  val Word = 2

  /** Its hash is mixed: in the next clock an engine can take it. */
  val Mixed = 5
}
