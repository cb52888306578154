package org.weft.hw.table

import org.weft.hw.config.NicConfig
import org.weft.hw.map.WordAccess
import spinal.core._
import spinal.lib._

/** What the writer writes, for simulation: beats of keys, and which entries are there. */
case class TableTrace(config: NicConfig) extends Bundle {
  val writesKey = Bool()
  val beat = UInt(config.entryWidth bits)
  val key = Bits(128 bits)
  val changes = Bool()
  val change = BitChange(config)
}

/** All that looks keys up, and what changes tables. Engine `e` serves the cores whose number is its own modulo the
  * number of engines; each has a copy of what the writer writes. See docs/microarchitecture.md, 5.
  */
case class Tables(config: NicConfig) extends Component {
  import config.cores

  val io = new Bundle {
    val lookups = Vec(slave(TableRequest(config)), cores)
    val found = Vec(master(Flow(TableAnswer(config))), cores)

    /** Updates and deletions, and what the host asks. */
    val changes = Vec(slave(TableRequest(config)), cores)
    val host = slave(TableRequest(config))
    val changed = Vec(master(Flow(TableAnswer(config))), cores)
    val hostAnswer = master(Flow(TableAnswer(config)))

    /** A key that the host asked for, a beat a clock. */
    val key = master(Flow(Bits(128 bits)))
    val words = master(Stream(WordAccess(config)))

    /** A word that the writer asked for behind the memory port is there. */
    val loaded = if (config.outside) in(Bool()) else null
    val descriptor = slave(Flow(TableDescriptorWrite(config)))

    /** Tables behind the memory port. */
    val outside = if (config.outsideTables) master(OutsideTables(config)) else null

    /** All tables are made empty; whether that, or a change, is under way. */
    val cleans = in Bool ()
    val busy = out Bool ()

    /** Which keys there are, for simulation. */
    val trace = if (config.trace) out(TableTrace(config)) else null
  }

  // The writer's clocks are longer ones where it works behind the memory port: what it says counts in the last of them.
  private val advances = if (config.outsideTables) io.outside.advances else True
  private val writer =
    if (config.outsideTables) new ClockEnableArea(advances) { val unit = TableWriter(config) }.unit else TableWriter(config)
  private def counts[T <: Data](flow: Flow[T]): Flow[T] = if (config.outsideTables) flow.takeWhen(advances) else flow
  private def serve(number: Int, request: TableRequest): Unit = {
    val its = writer.io.requests(number)
    its.valid := request.valid
    its.call := request.call
    its.key := request.key
    its.word := request.word
    request.takes := its.takes && advances
    request.nextWord := its.nextWord && advances
  }
  for (i <- 0 until cores) {
    serve(i, io.changes(i))
    io.changed(i) << counts(writer.io.answers(i))
  }
  serve(cores, io.host)
  io.hostAnswer << counts(writer.io.answers(cores))
  io.key << counts(writer.io.key)
  io.words.valid := writer.io.words.valid && advances
  io.words.payload := writer.io.words.payload
  writer.io.words.ready := io.words.ready
  if (config.outside) writer.io.loaded := io.loaded
  writer.io.descriptor << io.descriptor
  writer.io.cleans := io.cleans
  io.busy := writer.io.busy
  if (config.trace) io.trace := writer.io.trace
  private val isOutside = if (config.outsideTables) writer.io.outside.isTable else False
  private val removes = writer.io.removes && advances
  private val referred = counts(writer.io.referred)

  private val engines = for (e <- 0 until config.tableEngines) yield {
    val served = e until cores by config.tableEngines
    val engine = TableEngine(config, served)
    for ((core, i) <- served.zipWithIndex) {
      engine.io.requests(i) <> io.lookups(core)
      io.found(core) << engine.io.answers(i)
    }
    engine.io.descriptor << io.descriptor
    engine.io.access := writer.io.access
    if (config.outsideTables) when(isOutside) {
      engine.io.access.even := 0
      engine.io.access.odd := 0
      engine.io.access.writesKey := False
    }
    engine.io.referred << referred
    engine.io.row := writer.io.row
    engine.io.removes := removes && !isOutside
    engine
  }
  private val near = engines.map(_.io.quiet).reduce(_ && _)
  writer.io.read := engines.head.io.read
  writer.io.lengths := engines.head.io.ownLengths
  private val references = engines.map(_.io.references).reduce(_ | _)
  if (config.outsideTables) {
    io.outside.access <> writer.io.outside
    io.outside.referred << referred
    io.outside.row := writer.io.row
    io.outside.removes := removes && isOutside
    writer.io.quiet := Mux(isOutside, io.outside.quiet, near)
    writer.io.references := references | io.outside.references
  } else {
    writer.io.quiet := near
    writer.io.references := references
  }
}
