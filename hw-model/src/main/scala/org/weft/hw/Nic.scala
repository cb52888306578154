package org.weft.hw

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.control.{AxiSlave, ControlPlane}
import org.weft.hw.core.{Core, CoreTrace}
import org.weft.hw.event.EventUnit
import org.weft.hw.map._
import org.weft.hw.outside._
import org.weft.hw.packet._
import org.weft.hw.ring.RingUnit
import org.weft.hw.table.{TableChannel, TableRequest, TableTrace, Tables}
import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axi.{Axi4, Axi4WriteOnly}
import spinal.lib.bus.amba4.axilite.AxiLite4

/** The whole NIC: ports, cores, and what is between them. */
case class Nic(config: NicConfig) extends Component {
  import config.{cores, ports}

  val io = new Bundle {
    val rx = Vec(slave(Flow(StreamBeat(config))), ports)
    val hasRoom = out Bits (ports bits)

    /** Network ports, then the host. */
    val tx = Vec(master(Stream(LeavingBeat(config))), ports + 1)
    val control = slave(AxiLite4(AxiSlave.Config))
    val chosenCpu = in Bool ()

    /** Maps that do not fit map memory. */
    val memory = if (config.outside) master(Axi4(MemoryMaster.config(config))) else null

    /** To host memory, for events. */
    val events = if (config.eventPort) master(Axi4WriteOnly(EventUnit.Bus)) else null
    val refused = Vec(master(Flow(Refusal())), ports)
    val dropped = Vec(master(Flow(Dropped(config))), ports)
    val trace = if (config.trace) Vec(out(CoreTrace(config)), cores) else null
    val posting = if (config.trace) out(Bits(cores bits)) else null
    val numbers = if (config.trace) Vec(Vec(out(UInt(32 bits)), 2), cores) else null

    /** Initial contents of map memory, and what banks write. */
    val preload = if (config.trace) slave(Flow(WordWrite(config))) else null
    val written = if (config.trace) Vec(master(Flow(BankRequest(config))), config.machine.mapBanks) else null
    val memoryBusy = if (config.trace && config.outside) out(Bool()) else null
    val tableTrace = if (config.trace && config.tables) out(TableTrace(config)) else null
  }

  // The clock's number, as far as somebody needs it: its lowest bit, and which port comes first.
  private val phase = Reg(Bool()) init True
  phase := !phase
  private val turn = Reg(UInt(config.portWidth bits)) init 1 % ports
  turn := Mux(turn === ports - 1, U(0), turn + 1)

  private val inputs = Seq.fill(ports)(InputPort(config))
  private val dispatcher = Dispatcher(config)
  private val reorder = Reorder(config)
  private val all = Seq.fill(cores)(Core(config))
  private val halves = all.flatMap(_.io.halves)
  private val outputs = Seq.fill(ports + 1)(OutputPort(config))
  private val control = ControlPlane(config)
  control.io.bus << io.control
  control.io.begins.valid := dispatcher.io.begins.valid
  control.io.begins.payload := control.io.bank
  control.io.gone <> reorder.io.gone
  control.io.busy := all.map(_.io.posting).orR
  dispatcher.io.runs := control.io.runs
  dispatcher.io.bank := control.io.bank
  reorder.io.portOf := control.io.portOf

  for ((input, i) <- inputs.zipWithIndex) {
    input.io.stream << io.rx(i)
    io.hasRoom(i) := input.io.hasRoom
    io.refused(i) << input.io.refused
    control.io.refused(i) << input.io.refused
    dispatcher.io.waits(i) := input.io.waits
    dispatcher.io.length(i) := input.io.length
    dispatcher.io.cpu(i) := input.io.cpu
    dispatcher.io.flow(i) := input.io.flow
    input.io.takes := dispatcher.io.takes(i)
    input.io.lasts := dispatcher.io.lasts(i)
  }
  dispatcher.io.chosenCpu := io.chosenCpu

  private val beat = PortBeat(config)
  beat := Choice(inputs.map(_.io.beat), dispatcher.io.port)
  beat.origin.cpu.removeAssignments() := dispatcher.io.runsOn
  for ((half, i) <- halves.zipWithIndex) {
    dispatcher.io.room(i) := half.room
    half.begins.valid := dispatcher.io.begins.valid && dispatcher.io.half === i
    half.begins.payload := dispatcher.io.begins.payload
    half.beat.valid := dispatcher.io.moving && dispatcher.io.target === i
    half.beat.payload := beat
    reorder.io.isEmpty(i) := half.isEmpty
    reorder.io.hasBeat(i) := half.hasBeat
    reorder.io.isWhole(i) := half.isWhole
    reorder.io.heads(i) := half.head
    reorder.io.beats(i) := half.out
    half.takes := reorder.io.takes(i)
    half.left := reorder.io.left(i)
  }
  reorder.io.turn := turn
  reorder.io.dispatched.valid := dispatcher.io.begins.valid
  reorder.io.dispatched.payload := dispatcher.io.half
  reorder.io.port := dispatcher.io.begins.port
  for ((output, i) <- outputs.zipWithIndex) {
    output.io.begins << reorder.io.begins(i)
    reorder.io.room(i) := output.io.room
    output.io.beat << reorder.io.forwards(i)
    io.tx(i) << output.io.stream
    control.io.left(i) << output.io.stream.toFlowFire
  }
  io.dropped := reorder.io.dropped
  control.io.dropped := reorder.io.dropped

  private val mapMemory = MapMemory(config)
  private val host = control.io.maps
  host.loaded << mapMemory.io.loaded

  // A word a clock: of the table writer, else of the ring unit, else of the host.
  private val access = Stream(WordAccess(config))
  access.valid := host.words.valid
  access.payload := host.words.payload
  host.words.ready := access.ready
  if (config.trace) {
    mapMemory.io.preload << io.preload
    io.written <> mapMemory.io.written
  }
  private val outside = Option.when(config.outside)(OutsideValues(config))
  private val isOutside = if (config.outside) access.word.msb else False
  access.ready := outside.map(!isOutside || _.io.words.ready).getOrElse(True)
  mapMemory.io.writer.valid := access.valid && !isOutside
  mapMemory.io.writer.payload := access.payload
  for (outside <- outside) {
    outside.io.words.valid := access.valid && isOutside
    outside.io.words.payload := access.payload
    when(outside.io.loaded.valid)(host.loaded << outside.io.loaded)
    outside.io.cores.zip(all).foreach { case (values, core) => values <> core.io.outside }
    io.memory <> outside.io.axi
    if (config.trace) io.memoryBusy := outside.io.busy
  }
  private val rings = Option.when(config.rings)(RingUnit(config))
  for (rings <- rings) {
    rings.io.cores.zip(all).foreach { case (unit, core) => unit <> core.io.rings }
    rings.io.host <> control.io.rings
    rings.io.descriptor << control.io.places.values
    rings.io.words.ready := access.ready
    when(rings.io.words.valid) {
      access.valid := True
      access.payload := rings.io.words.payload
      host.words.ready := False
    }
  }
  if (config.tables) {
    val tables = Tables(config)
    for ((core, i) <- all.zipWithIndex) {
      tables.io.lookups(i) <> core.io.tables.lookups
      tables.io.changes(i) <> core.io.tables.changes
      core.io.tables.found << tables.io.found(i)
      core.io.tables.changed << tables.io.changed(i)
    }
    tables.io.host <> host.request
    host.answer << tables.io.hostAnswer
    host.key << tables.io.key
    tables.io.descriptor << control.io.places.table
    tables.io.cleans := host.cleans
    host.cleaning := tables.io.busy
    tables.io.words.ready := access.ready
    when(tables.io.words.valid) {
      access.valid := True
      access.payload := tables.io.words.payload
      host.words.ready := False
      rings.foreach(_.io.words.ready := False)
    }
    val table = tables.io.words
    access.data.removeAssignments() := rings.map(_.io.words).map(ring =>
      Mux(ring.valid && !table.valid, ring.data, table.data)).getOrElse(table.data)
    outside.foreach(tables.io.loaded := _.io.loaded.valid)
    if (config.outsideTables) lookOutside(tables, outside.get)
    if (config.trace) io.tableTrace := tables.io.trace
  } else {
    all.foreach(core => TableChannel.ignore(core.io.tables))
    TableRequest.ignore(host.request)
    host.answer.setIdle()
    host.key.setIdle()
    host.cleaning := False
  }
  if (config.events) {
    val events = EventUnit(config)
    for ((core, i) <- all.zipWithIndex) events.io.cores(i) <> core.io.events
    events.io.registers <> control.io.events
    if (config.eventPort) io.events <> events.io.memory
    else {
      events.io.memory.aw.ready := False
      events.io.memory.w.ready := False
      events.io.memory.b.setIdle()
    }
  }
  for ((core, i) <- all.zipWithIndex) {
    core.io.map <> mapMemory.io.cores(i)
    val place = control.io.places.values
    core.io.descriptor.valid := place.valid && place.core === i
    core.io.descriptor.payload := place.payload
    core.io.phase := phase
    core.io.seed := control.io.seed
    core.io.program << control.io.program
    core.io.entries := control.io.entries
    if (config.trace) {
      io.posting(i) := core.io.posting
      io.trace(i) := core.io.trace
      io.numbers(i) := core.io.numbers
    }
  }

  /** Tables behind the memory port: its engine, and what the writer does there. Lookups are before the writer. */
  private def lookOutside(tables: Tables, values: OutsideValues): Unit = {
    val engine = OutsideEngine(config)
    val step = OutsideStep(config)
    for ((core, i) <- all.zipWithIndex) {
      engine.io.requests(i) <> core.io.tables.outside
      core.io.tables.outsideFound << engine.io.answers(i)
    }
    engine.io.descriptor << control.io.places.table
    engine.io.access := tables.io.outside.access.access
    engine.io.referred << tables.io.outside.referred
    engine.io.row := tables.io.outside.row
    engine.io.removes := tables.io.outside.removes || step.io.removes
    tables.io.outside.references := engine.io.references
    tables.io.outside.quiet := engine.io.quiet
    tables.io.outside.advances := step.io.advances
    step.io.access <> tables.io.outside.access
    step.io.quiet := engine.io.quiet

    values.io.reads.valid := engine.io.reads.valid || step.io.reads.valid
    values.io.reads.beat := Mux(engine.io.reads.valid, engine.io.reads.beat, step.io.reads.payload)
    values.io.reads.tag := engine.io.reads.tag
    when(!engine.io.reads.valid)(values.io.reads.tag.kind := OutsideTag.Writer)
    engine.io.reads.ready := True
    step.io.reads.ready := !engine.io.reads.valid
    val isWriters = values.io.beat.tag.kind === OutsideTag.Writer
    engine.io.beat << values.io.beat.throwWhen(isWriters)
    step.io.beat.valid := values.io.beat.valid && isWriters
    step.io.beat.payload := values.io.beat.data
    values.io.writes << step.io.writes
    step.io.written := values.io.written
  }
}
