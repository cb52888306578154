package org.weft.hw.control

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** The end of a packet: which counter it is counted in. */
case class Counted(config: NicConfig) extends Bundle {
  val bank = Bool()
  val port = UInt(config.portWidth bits)
  
  /** As the ordinals of the simulator's fates. */
  val fate = UInt(Counted.FateWidth bits)
}

object Counted {
  val FateWidth = 4
  val Overflow = 5
  val Oversize = 6
  val Undersize = 7
  val NoPort = 8
  val OutputOverflow = 9
  val Damaged = 10
}

/** Packets by bank, ingress port and fate. Each place where packets end counts in a memory of its own,
  * one a clock; what is read is the sum of all.
  */
case class Counters(config: NicConfig, places: Int) extends Component {
  private val width = 1 + config.portWidth + Counted.FateWidth

  val io = new Bundle {
    val ends = Vec(slave(Flow(Counted(config))), places)
    val which = in(Counted(config))

    /** Two clocks later. */
    val count = out UInt (64 bits)
  }

  private val counts = for (end <- io.ends) yield {
    val memory = Mem(UInt(64 bits), 1 << width)
    memory.init(Seq.fill(1 << width)(U(0, 64 bits)))
    // It is written in the clock after an end; who ends in that clock has read the count of before, and is told so.
    val at = Counted(config)
    at := RegNext(end.payload) // Looked at where counts.
    val counts = RegNext(end.valid, init = False)
    val read = memory.readSync(end.payload.asBits.asUInt, readUnderWrite = readFirst)
    val isAgain = RegNext(counts && at === end.payload) // Looked at where counts.
    val written = Reg(UInt(64 bits)) // Without reset: looked at where it was written.
    val now = Mux(isAgain, written, read) + 1
    when(counts)(written := now)
    // Before the first clock of a reset nobody knows whether an end is counted.
    memory.write(at.asBits.asUInt, now, counts && !ClockDomain.current.isResetActive)
    memory.readSync(io.which.asBits.asUInt, readUnderWrite = readFirst)
  }
  // By twos before the register: of more than two in one place synthesis makes more than adders.
  io.count := counts.grouped(2).map(pair => RegNext(pair.reduce(_ + _))).toSeq.reduceBalancedTree(_ + _)
}
