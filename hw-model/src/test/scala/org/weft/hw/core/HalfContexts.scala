package org.weft.hw.core

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** The contexts of half 1, and what they wait for. */
private[core] case class HalfContexts(config: NicConfig, sources: Int) extends Component {
  val contexts = Contexts(config, 1)
  val waiting = Waiting(config, sources)
  val entries = contexts.io.entries.toIo()
  val startable = contexts.io.startable.toIo()
  val starts = contexts.io.starts.toIo()
  val selects = contexts.io.selects.toIo()
  val selected = contexts.io.selected.toIo()
  val parked = contexts.io.parked.toIo()
  val touches = contexts.io.touches.toIo()
  val copied = contexts.io.copied.toIo()
  val moves = contexts.io.moves.toIo()
  val zeroed = contexts.io.zeroed.toIo()
  val lookup = contexts.io.lookups(0).context.toIo()
  val running = contexts.io.lookups(0).running.toIo()
  val begins = waiting.io.begins.toIo()
  val leaves = waiting.io.leaves.toIo()
  val fate = waiting.io.fate.toIo()
  val written = waiting.io.written.toIo()
  val unit = waiting.io.unit.toIo()
  val restarts = waiting.io.restarts.toIo()
  val isLost = waiting.io.isLost.toIo()
  val fateOut = waiting.io.fateOut.toIo()
  val touching = in UInt (config.contextWidth bits)
  val finished = slave(Flow(ContextRow(config)))
  val ends = master(Flow(UInt(config.contextWidth bits)))

  contexts.io.touching := touching
  waiting.io.touching := touching
  contexts.io.finished.valid := finished.valid || restarts
  contexts.io.finished.payload := finished.payload
  waiting.io.finished.valid := finished.valid
  waiting.io.finished.payload := finished.context
  contexts.io.ready.valid := waiting.io.ready.valid && !waiting.io.startsAnew
  contexts.io.ready.payload := waiting.io.ready.payload
  contexts.io.restarts.valid := waiting.io.ready.valid && waiting.io.startsAnew
  contexts.io.restarts.payload := waiting.io.ready.payload
  contexts.io.ends << waiting.io.ends
  ends << waiting.io.ends
  for (lookup <- contexts.io.lookups.tail) lookup.context := 0
}
