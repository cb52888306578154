package org.weft.hw.core

import org.weft.hw.row._
import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.map.{DescriptorWrite, MapChannel, OutsideChannel}
import org.weft.hw.call.{LineWrite, WordRead}
import org.weft.hw.event.EventChannel
import org.weft.hw.packet.{Ending, Facts, Incoming, Running, Shape, Target}
import org.weft.hw.ring.RingChannel
import org.weft.hw.table.TableChannel
import spinal.core._
import spinal.lib._

/** The stages of a core: rows are fetched, decoded and executed. See docs/microarchitecture.md, 1. */
case class Pipeline(config: NicConfig) extends Component {
  import config.{contextWidth, lanes, machine, stages}

  val io = new Bundle {

    /** Lowest bit of the clock's number. */
    val phase = in Bool ()
    val program = slave(Flow(RowWrite(config)))
    val entries = in Vec (UInt(config.rowWidth bits), config.machine.banks)
    val halves = Vec(new Bundle {
      val startable = slave(Flow(Running(config)))
      val started = out Bool ()
      val incoming = in(Incoming(config))
      val ends = master(Flow(Ending(config)))
      val lookup = out UInt (config.bufferWidth bits)
      val facts = in(Facts(config))
      val zeroed = master(Flow(UInt(config.lineWidth bits)))

      /** What programs change of a buffer's packet; bytes that are made zero on the way out. */
      val shape = master(Flow(Shape(config)))
      val target = master(Flow(UInt(Target.Width bits)))
      val changed = out UInt (config.bufferWidth bits)
      val zeroes = master(Flow(LineWrite(config)))

      /** What calls read on the way out. */
      val reads = master(Flow(WordRead(config)))
      val read = Vec(Vec(in(Bits(8 * machine.bankBytes bits)), 8), 2)
    }, 2)

    /** What was read at the second port for what moves. */
    val moved = Vec(in(Bits(8 * machine.bankBytes bits)), 8)

    val map = master(MapChannel(config))
    val outside = if (config.outside) master(OutsideChannel(config)) else null
    val tables = master(TableChannel(config))
    val rings = if (config.rings) master(RingChannel(config)) else null
    val events = if (config.events) master(EventChannel(config)) else null
    val descriptor = slave(Flow(DescriptorWrite(config)))
    val seed = in UInt (32 bits)

    /** Of the half whose row is in the memory stage. */
    val memory = Vec(out(RowPort(config)), 2)

    /** By half: whether what moves in and out has its memory in this clock. */
    val moves = out Bits (2 bits)

    /** Whether requests for map values have not yet been taken. */
    val posting = out Bool ()
    val trace = if (config.trace) out(CoreTrace(config)) else null
  }

  private val selected = Flow(ContextRow(config))
  private val flight = new Flight(config, io.phase, selected)
  import flight.{contextAt, halfAt, ofHalf, rowAt, validAt}

  private val contexts = (0 to 1).map(h => Contexts(config, h))
  private val files = Seq.fill(2)(
    RegisterFile(config, if (stages.sharesPorts) lanes else 2 * lanes))

  // Select and fetch.
  for ((c, h) <- contexts.zipWithIndex) {
    c.io.entries := io.entries
    c.io.startable << io.halves(h).startable
    io.halves(h).started := c.io.starts.orR
    c.io.selects := halfAt(0) === Bool(h == 1)
    c.io.moves := io.moves(h)
    io.halves(h).zeroed << c.io.zeroed
  }
  selected << ofHalf(0)(contexts.map(_.io.selected))
  private val rows = new RowMemory(config, io.program, selected)
  for (h <- 0 to 1) {
    io.moves(h) := (if (config.single) !validAt(stages.memory)
      else halfAt(stages.memory) =/= Bool(h == 1))
  }

  // Operands. Facts are looked up by the context's buffer, a stage before where there is one for it.
  private val looks = (stages.first - 1) max 1
  for ((c, h) <- contexts.zipWithIndex) {
    c.io.lookups(0).context := contextAt(looks)
    io.halves(h).lookup := Delay(c.io.lookups(0).running.buffer, stages.first - looks)
  }
  private val running =
    Delay(ofHalf(looks)(contexts.map(_.io.lookups(0).running)), stages.first - looks)
  private val facts = ofHalf(stages.first)(io.halves.map(_.facts).toSeq)

  // How often a row was issued before its registers were all read.
  private val issues = Option.when(config.issues > 1)(Mem(UInt(2 bits), 2 << contextWidth))
  private val issue = issues.map(_.readAsync(halfAt(stages.first).asUInt @@ contextAt(stages.first)))
    .getOrElse(U(0, 2 bits))
  private val slots = rows.fetched.zipWithIndex.map { case (word, lane) =>
    new Lane(config, lane, word, flight, files, io.halves.map(_.facts).toSeq, issue)
  }

  // Execute.
  private def toExecute[T <: Data](value: T): T = Delay(value, stages.execute - stages.first)
  private val toMemory = stages.memory - stages.execute
  private val where = toExecute(running)
  private val shape = toExecute(facts.shape)
  private val bounds = Bounds(config)
  bounds.packet := (where.address + shape.shift.resize(config.addressWidth).asUInt).resize(config.addressWidth)
  bounds.stack := (config.stackLine(contextAt(stages.execute)) << config.lineShift).resized
  bounds.length := shape.length
  bounds.metadata := shape.metadata
  private val cpu = toExecute(CoreCpu(config, facts.origin.cpu))

  private val branches = new Branches(config, flight, slots, files)
  private val ways = new OperandWays(config, slots, branches.lives)
  private val local = new LocalAccesses(config, flight, slots, branches.lives, bounds, io.descriptor)
  private val maps = new MapAccesses(config, flight, slots, branches.lives)
  private val compares = maps.compares(toExecute(issue))
  private val calls = new RowCalls(config, flight, slots, branches.lives, toExecute(issue), compares)

  // Memory: whether the row has its effect, or is issued again.
  private val half = halfAt(stages.memory)
  private val incoming = Mux(half, io.halves(1).incoming, io.halves(0).incoming)
  private val mine = Delay(running.buffer, stages.memory - stages.first)
  private val waits = incoming.active && incoming.buffer === mine &&
    (local.waits(incoming, Delay(shape.shift, toMemory)) || calls.needsPacket)
  private val section = CpuSection(config)
  section.io.may := validAt(stages.memory) && !calls.isIncomplete && !waits && !maps.waits
  section.io.mark := rows.mark
  section.io.half := half.asUInt
  section.io.context := contextAt(stages.memory)
  section.io.cpu := Delay(cpu, toMemory)
  private val executes = section.io.may && !section.io.waits
  for (issues <- issues) {
    val next = Delay(issue, stages.memory - stages.first) + 1
    issues.write(half.asUInt @@ contextAt(stages.memory), Mux(calls.isIncomplete, next, U(0)),
      executes || validAt(stages.memory) && calls.isIncomplete)
  }
  local.connect(io.memory.toSeq, io.halves.map(_.read.toSeq).toSeq, executes)
  private val sends = maps.sends(executes)
  connectCalls()
  connectMaps()
  private val divider = Option.when(machine.dividers > 0)(DividerQueue(config))
  for (divider <- divider) {
    ways.divide(divider.io.push, half.asUInt, contextAt(stages.memory), executes)
  }
  for ((c, h) <- contexts.zipWithIndex) {
    val here = half === Bool(h == 1)
    c.io.touching := contextAt(stages.memory)
    for ((touch, lines) <- c.io.touches.zip(local.touches)) {
      touch.valid := here && lines.valid
      touch.payload := lines.payload
    }
    if (config.copies) {
      c.io.copied.valid := here && calls.unit.io.touches.valid
      c.io.copied.payload := calls.unit.io.touches.payload
    }
  }

  // Write: each lane its bank.
  private val toWrite = stages.write - stages.execute
  private val writing = halfAt(stages.write)
  private val executed = Delay(executes, stages.write - stages.memory, init = False)
  private val results = new Results(config, slots, local, ways, calls)
  private val lateResults = new LateResults(config, writing, divider, maps.unit, calls.unit)
  import lateResults.late
  private val waiting = Seq.fill(2)(Waiting(config, lateResults.waits.size))
  private val lateWrites = lateResults.isValue && !Choice(waiting.map(_.io.isLost), late.half)
  private def restarts(here: Bool): Bool = calls.unit.io.restarts && !here
  for ((file, h) <- files.zipWithIndex) {
    val here = writing === Bool(h == 1)
    file.io.writer := Mux(here, contextAt(stages.write), late.context)
    file.io.starts := contexts(h).io.starts |
      Mux(restarts(here), UIntToOh(late.context, config.halfContexts), B(0, config.halfContexts bits))
    for ((write, lane) <- file.io.writes.zipWithIndex) {
      val slot = slots(lane)
      val does = slot.does
      val writes = (does.writes && !does.divider && (!does.load || slot.isLocal) ||
        does.call && !calls.unit.io.isLate) && branches.lives(lane)
      val index = RegisterPlace(config, Delay(SlotFields(slot.full).dst, toWrite)).index
      write.valid := Mux(here, executed && Delay(writes, toWrite), lateWrites && late.place.lane === lane)
      write.context := file.io.writer
      write.index := Mux(here, index, late.place.index)
      write.data := Bitwise(results.parts(lane) :+ calls.unit.io.written, here) { case (row :+ late, Seq(here)) =>
        Mux(here, row.orR, late)
      }
    }
  }

  // Where contexts go on: with the row's end, or when they wait for nothing more.
  private val finished = validAt(stages.write)
  private val finishing = contextAt(stages.write)
  private val leaves = executed && Delay(branches.exits, toWrite)
  private val sinceVerdict = stages.write - stages.memory - config.readStages
  for ((c, h) <- contexts.zipWithIndex) {
    val here = writing === Bool(h == 1)
    val waiting = this.waiting(h)
    waiting.io.touching := contextAt(stages.memory)
    waiting.io.begins := Vec(lateResults.waits.map(_._1 && half === Bool(h == 1))).asBits
    waiting.io.finished.valid := finished && here
    waiting.io.finished.payload := finishing
    waiting.io.leaves := leaves
    waiting.io.fate := Delay(branches.verdict, sinceVerdict)
    waiting.io.written.valid := late.valid && !here && !lateResults.isKept
    waiting.io.written.payload := late.context
    waiting.io.unit := Vec(lateResults.waits.map(_._2)).asBits
    waiting.io.restarts := restarts(here)
    c.io.finished.valid := Mux(here, finished, calls.unit.io.restarts)
    c.io.finished.context := Mux(here, finishing, late.context)
    c.io.finished.row := Mux(here, Mux(executed, Delay(branches.next, toWrite), rowAt(stages.write)),
      config.place(c.io.lookups(2).running.bank, calls.unit.io.row))
    c.io.ready.valid := waiting.io.ready.valid && !waiting.io.startsAnew
    c.io.ready.payload := waiting.io.ready.payload
    c.io.restarts.valid := waiting.io.ready.valid && waiting.io.startsAnew
    c.io.restarts.payload := waiting.io.ready.payload
    c.io.ends << waiting.io.ends
    c.io.parked := section.io.parked(h)
    section.io.ends(h) << waiting.io.ends
    c.io.lookups(1).context := c.io.ends.payload
    val out = io.halves(h)
    out.ends.valid := c.io.ends.valid
    out.ends.buffer := c.io.lookups(1).running.buffer
    out.ends.fate := waiting.io.fateOut

    // What a program changes of its packet: by a row in its memory stage, or late.
    val inMemory = half === Bool(h == 1)
    c.io.lookups(2).context := late.context
    out.changed := Mux(inMemory, mine, c.io.lookups(2).running.buffer)
    out.shape.valid := calls.unit.io.newShape.valid && inMemory
    out.shape.payload := calls.unit.io.newShape.payload
    out.target.valid := Mux(inMemory, calls.unit.io.newTarget.valid, calls.unit.io.target.valid && !here)
    out.target.payload := Mux(inMemory, calls.unit.io.newTarget.payload, calls.unit.io.target.payload)
  }
  if (config.trace) connectTrace()

  /** What calls know of their packet, and the ways from them to what is outside of the core. */
  private def connectCalls(): Unit = {
    val unit = calls.unit.io
    unit.shape := shape
    unit.address := bounds.packet
    unit.stack := bounds.stack
    unit.cpu := toExecute(facts.origin.cpu)
    if (config.events) unit.time := toExecute(facts.origin.time)
    unit.calls := calls.calls(executes)
    unit.alone := section.io.alone
    unit.busy := sends
    for (h <- 0 until 2) {
      unit.posted(h) := maps.posted(h)
      unit.starts(h) := contexts(h).io.starts
      io.halves(h).zeroes << unit.zeroes(h)
      io.halves(h).reads << unit.reads(h)
    }
    unit.read := io.moved
    unit.tables <> io.tables
    if (config.rings) unit.rings <> io.rings
    if (config.events) io.events <> unit.events
    unit.descriptor << io.descriptor
    calls.draw(Delay(facts.origin.number, stages.memory - stages.first), io.seed, contexts.map(_.io.starts))
  }

  /** What accesses of map values know of their packet, and the ways from them to what is outside of the core. */
  private def connectMaps(): Unit = {
    for (map <- maps.unit) {
      map.io.cpu := cpu
      map.io.isCompare := maps.isCompare(compares)
      map.io.sends := sends
      map.io.entry << calls.unit.io.entry
      map.io.channel <> io.map
      if (config.outside) map.io.outside <> io.outside
      map.io.descriptor << io.descriptor
    }
    if (config.single) io.map.setIdle()
    io.posting := maps.unit.map(!_.io.isEmpty).getOrElse(False)
  }

  private def connectTrace(): Unit = {
    io.trace.issues.valid := validAt(stages.memory)
    io.trace.issues.context := contextAt(stages.memory)
    io.trace.issues.row := rowAt(stages.memory)
    io.trace.half := half.asUInt
    io.trace.executes := executes
    for ((c, h) <- contexts.zipWithIndex) {
      io.trace.starts(h) := c.io.starts
      io.trace.ends(h) << c.io.ends
      val kept = Mem(Bits(32 bits), 1 << contextWidth)
      val now = Delay(branches.result, sinceVerdict)
      val here = writing === Bool(h == 1)
      kept.write(finishing, now, here && leaves)
      io.trace.results(h) := Mux(here, now, kept.readAsync(c.io.ends.payload))
    }
  }
}
