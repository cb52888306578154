package org.weft.hw.call

import org.weft.hw.config.NicConfig
import org.weft.hw.event.EventChannel
import org.weft.hw.row.{LateKind, LateResult}
import org.weft.hw.map.{DescriptorWrite, MapRequest}
import org.weft.hw.packet.{Shape, Target}
import org.weft.hw.ring.RingChannel
import org.weft.hw.table.TableChannel
import spinal.core._
import spinal.lib._

/** All that calls are in a core: nothing, on a machine without them. See docs/microarchitecture.md, 4. */
case class Calls(config: NicConfig) extends Component {
  val io = new Bundle {

    // Execute, as in [[CallUnit]].
    val slot = in Bits (64 bits)
    val a, b = in Bits (64 bits)
    val shape = in(Shape(config))
    val address, stack = in UInt (config.addressWidth bits)
    val cpu = in UInt (config.cpuWidth bits)
    val time = if (config.events) in(UInt(64 bits)) else null
    val issue = in UInt (2 bits)
    val caller = new Bundle {
      val half = in UInt (1 bits)
      val context = in UInt (config.contextWidth bits)
    }
    val isLate, needsPacket, isIncomplete = out Bool ()

    // Memory: whether the row is issued again; whether its call has its effect, of whom; whether that waits then.
    val repeats, calls = in Bool ()
    val half = in UInt (1 bits)
    val context = in UInt (config.contextWidth bits)
    val waits = out Bool ()
    val touches = master(Flow(Bits(config.stackLines bits)))
    val newShape = master(Flow(Shape(config)))
    val newTarget = master(Flow(UInt(Target.Width bits)))

    // Align.
    val value = out Bits (64 bits)

    // Late, as in [[CallQueue]].
    val posted, alone = Vec(in(Bits(config.halfContexts bits)), 2)
    val busy = in Bool ()
    val entry = master(Flow(MapRequest(config)))
    val zeroes = Vec(master(Flow(LineWrite(config))), 2)
    val result = master(LateResult(config))

    // Memory that is read, in clocks in which a half moves; what engines and writer of tables are asked.
    val reads = Vec(master(Flow(WordRead(config))), 2)
    val read = Vec(in(Bits(8 * config.machine.bankBytes bits)), 8)
    val tables = master(TableChannel(config))
    val rings = if (config.rings) master(RingChannel(config)) else null
    val events = if (config.events) master(EventChannel(config)) else null

    /** The late result that is written in this clock, and what becomes of it, as in [[Decision]]. */
    val late = new Bundle {
      val valid = in Bool ()
      val kind = in UInt (LateKind.Width bits)
      val half = in UInt (1 bits)
      val context = in UInt (config.contextWidth bits)
      val value = in Bits (64 bits)
    }
    val starts = Vec(in(Bits(config.halfContexts bits)), 2)
    val written = out Bits (64 bits)
    val target = master(Flow(UInt(Target.Width bits)))
    val restarts = out Bool ()
    val row = out UInt (config.rowWidth bits)
    val descriptor = slave(Flow(DescriptorWrite(config)))
  }

  if (config.calls) make() else idle()

  private def make(): Unit = {
    val unit = CallUnit(config)
    unit.io.slot := io.slot
    unit.io.a := io.a
    unit.io.b := io.b
    unit.io.shape := io.shape
    unit.io.address := io.address
    unit.io.stack := io.stack
    unit.io.cpu := io.cpu
    if (config.events) unit.io.time := io.time
    unit.io.issue := io.issue
    unit.io.caller.half := io.caller.half
    unit.io.caller.context := io.caller.context
    unit.io.repeats := io.repeats
    io.isIncomplete := unit.io.isIncomplete
    io.isLate := unit.io.isLate
    io.needsPacket := unit.io.needsPacket
    unit.io.calls := io.calls
    unit.io.half := io.half
    unit.io.context := io.context
    io.waits := unit.io.late.valid
    io.touches << unit.io.touches
    io.newShape << unit.io.newShape
    io.newTarget << unit.io.newTarget
    io.value := unit.io.result
    unit.io.descriptor << io.descriptor

    val queue = CallQueue(config)
    queue.io.push << unit.io.late
    queue.io.posted := io.posted
    queue.io.alone := io.alone
    queue.io.busy := io.busy
    queue.io.moving := ~io.half
    io.entry << queue.io.entry
    if (config.events) {
      queue.io.entryOfEvent.valid := io.late.valid && io.late.kind === LateKind.Event
      queue.io.entryOfEvent.half := io.late.half
      queue.io.entryOfEvent.isOpen := io.late.value(31 downto 0) =/= 0
      io.events <> queue.io.events
    }
    for (h <- 0 until 2) io.zeroes(h) << queue.io.zeroes(h)
    val reader = Option.when(config.reads)(makeReader(queue))
    val tables = reader.filter(_ => config.tables).map(makeTables(unit, queue, _))
    if (reader.isEmpty) {
      io.reads.foreach(_.setIdle())
      queue.io.reading.done := False
      queue.io.reading.word.setIdle()
    }
    if (tables.isEmpty) io.tables.idle()
    val rings = Option.when(config.rings)(makeRings(unit, queue))
    io.result <> LateResult.first(config, (queue.io.result +: tables.toSeq) ++ rings)

    val decision = Decision(config)
    decision.io.call << unit.io.late
    decision.io.starts := io.starts
    decision.io.valid := io.late.valid
    decision.io.kind := io.late.kind
    decision.io.half := io.late.half
    decision.io.context := io.late.context
    decision.io.value := io.late.value(31 downto 0).asUInt
    io.written := Mux(io.late.kind === LateKind.Redirect,
      decision.io.result.asBits.resize(64), io.late.value)
    io.target << decision.io.target
    io.restarts := decision.io.restarts
    io.row := decision.io.row
  }

  private def makeReader(queue: CallQueue): MemoryReader = {
    val reader = MemoryReader(config)
    reader.io.may := queue.io.reading.may
    reader.io.call := queue.io.reading.call.reads
    reader.io.moving := ~io.half
    reader.io.read := io.read
    for (h <- 0 until 2) io.reads(h) << reader.io.reads(h)
    queue.io.reading.done := reader.io.done
    queue.io.reading.word << reader.io.word
    reader
  }

  private def makeTables(unit: CallUnit, queue: CallQueue, reader: MemoryReader): LateResult = {
    val head = queue.io.reading.call
    val calls = TableCalls(config)
    calls.io.call := head.table
    calls.io.keyBytes := head.reads.firstBytes
    calls.io.half := ~io.half
    calls.io.context := head.context
    calls.io.done := reader.io.done && head.isTable
    calls.io.word << reader.io.word.takeWhen(Delay(head.isTable, CallTiming.Word))
    calls.io.begins << unit.io.late
    calls.io.descriptor << io.descriptor
    io.tables.lookups <> calls.io.lookups
    io.tables.changes <> calls.io.changes
    calls.io.found << io.tables.found
    calls.io.changed << io.tables.changed
    if (config.outsideTables) {
      io.tables.outside <> calls.io.outside
      calls.io.outsideFound << io.tables.outsideFound
    }
    calls.io.result
  }

  private def makeRings(unit: CallUnit, queue: CallQueue): LateResult = {
    val calls = RingCalls(config)
    calls.io.call.valid := queue.io.asksRing
    calls.io.call.payload := queue.io.reading.call.ring
    calls.io.half := ~io.half
    calls.io.context := queue.io.reading.call.context
    calls.io.begins << unit.io.late
    calls.io.channel <> io.rings
    calls.io.result
  }

  private def idle(): Unit = {
    io.reads.foreach(_.setIdle())
    io.touches.setIdle()
    io.tables.idle()
    io.newShape.setIdle()
    io.newTarget.setIdle()
    io.entry.setIdle()
    io.zeroes.foreach(_.setIdle())
    io.target.setIdle()
    for (off <- Seq(io.isLate, io.needsPacket, io.isIncomplete, io.waits, io.result.valid, io.restarts)) off := False
    io.value.assignDontCare()
    io.row.assignDontCare()
    io.result.context.assignDontCare()
    io.result.kind := LateKind.Value
    io.result.place.assignDontCare()
    io.result.value.assignDontCare()
    io.written := io.late.value
  }
}
