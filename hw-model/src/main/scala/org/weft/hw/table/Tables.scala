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

    /** All tables are made empty; whether that, or a change, is under way. */
    val cleans = in Bool ()
    val busy = out Bool ()

    /** Which keys there are, for simulation. */
    val trace = if (config.trace) out(TableTrace(config)) else null
  }

  private val writer = TableWriter(config)
  for (i <- 0 until cores) {
    writer.io.requests(i) <> io.changes(i)
    io.changed(i) << writer.io.answers(i)
  }
  writer.io.requests(cores) <> io.host
  io.hostAnswer << writer.io.answers(cores)
  io.key << writer.io.key
  io.words << writer.io.words
  if (config.outside) writer.io.loaded := io.loaded
  writer.io.descriptor << io.descriptor
  writer.io.cleans := io.cleans
  io.busy := writer.io.busy
  if (config.trace) io.trace := writer.io.trace

  private val engines = for (e <- 0 until config.tableEngines) yield {
    val served = e until cores by config.tableEngines
    val engine = TableEngine(config, served)
    for ((core, i) <- served.zipWithIndex) {
      engine.io.requests(i) <> io.lookups(core)
      io.found(core) << engine.io.answers(i)
    }
    engine.io.descriptor << io.descriptor
    engine.io.access := writer.io.access
    engine.io.referred << writer.io.referred
    engine.io.row := writer.io.row
    engine.io.removes := writer.io.removes
    engine
  }
  writer.io.quiet := engines.map(_.io.quiet).reduce(_ && _)
  writer.io.read := engines.head.io.read
  writer.io.lengths := engines.head.io.ownLengths
  writer.io.references := engines.map(_.io.references).reduce(_ | _)
}
