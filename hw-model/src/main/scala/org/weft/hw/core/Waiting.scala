package org.weft.hw.core

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** Which contexts of a half wait for late results, and of which units; whether their program has ended
  * with a row that waits. A context goes on, or ends, with the last of its results.
  *
  * @param sources units that give late results
  */
case class Waiting(config: NicConfig, sources: Int) extends Component {
  import config.{contextWidth, halfContexts}

  val io = new Bundle {

    /** A row in its memory stage makes its context wait. */
    val touching = in UInt (contextWidth bits)
    val begins = in Bits (sources bits)

    /** A row has left the pipeline: whether the program ended with it, and with what fate. */
    val finished = slave(Flow(UInt(contextWidth bits)))
    val leaves = in Bool ()
    val fate = in UInt (3 bits)

    /** A result is written, of a unit. */
    val written = slave(Flow(UInt(contextWidth bits)))
    val unit = in Bits (sources bits)

    /** It starts another program: what comes later for the context's registers is lost. */
    val restarts = in Bool ()
    val isLost = out Bool ()

    /** A context goes on; with another program. */
    val ready = master(Flow(UInt(contextWidth bits)))
    val startsAnew = out Bool ()
    val ends = master(Flow(UInt(contextWidth bits)))
    val fateOut = out UInt (3 bits)
  }

  private def one(context: UInt, when: Bool): Bits =
    Mux(when, UIntToOh(context, halfContexts), B(0, halfContexts bits))

  private val finishing = io.finished.payload
  private val waiting = Seq.fill(sources)(Reg(Bits(halfContexts bits)) init 0)
  private val lateExit = Reg(Bits(halfContexts bits)) init 0
  for ((set, i) <- waiting.zipWithIndex) {
    set := (set | one(io.touching, io.begins(i))) & ~one(io.written.payload, io.written.valid && io.unit(i))
  }
  private val waits = waiting.map(_(finishing)).orR
  private val others = waiting.zipWithIndex.map { case (set, i) => set(io.written.payload) && !io.unit(i) }.orR
  private val done = io.written.valid && !others
  private val ended = lateExit(io.written.payload)
  lateExit := (lateExit | one(finishing, io.finished.valid && io.leaves && waits)) & ~one(io.written.payload, done)

  private val restarted = Reg(Bits(halfContexts bits)) init 0
  restarted := (restarted | one(io.written.payload, io.restarts)) & ~one(io.written.payload, done)
  io.isLost := restarted(io.written.payload)
  io.startsAnew := done && (io.restarts || io.isLost)

  // A row of the half and a late result of it do not end in one clock.
  io.ready.valid := Mux(done, !ended, io.finished.valid && !io.leaves && !waits)
  io.ready.payload := Mux(done, io.written.payload, finishing)
  io.ends.valid := Mux(done, ended, io.finished.valid && io.leaves && !waits)
  io.ends.payload := io.ready.payload
  private val fates = Mem(UInt(3 bits), 1 << contextWidth)
  fates.write(finishing, io.fate, io.finished.valid && io.leaves)
  io.fateOut := Mux(done, fates.readAsync(io.written.payload), io.fate)
}
