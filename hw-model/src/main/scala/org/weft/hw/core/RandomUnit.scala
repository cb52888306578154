package org.weft.hw.core

import org.weft.hw.config.NicConfig
import org.weft.isa.xdp.RandomNumbers
import spinal.core._
import spinal.lib._

/** Random numbers of packets, see [[RandomNumbers]]: a state for each context, that of a packet's first call made
  * from its number. Half of the mixing is done in the memory stage, half in the next one.
  */
case class RandomUnit(config: NicConfig) extends Component {
  private val width = config.contextWidth + 1

  val io = new Bundle {

    // Memory: the context of the row, whether that has a call with effect; its packet, and the seed.
    val half = in UInt (1 bits)
    val context = in UInt (config.contextWidth bits)
    val calls = in Bool ()
    val number, seed = in UInt (32 bits)

    /** By half: contexts that begin with a packet. */
    val starts = Vec(in(Bits(config.halfContexts bits)), 2)

    // Align.
    val value = out UInt (32 bits)
  }

  private val who = io.half @@ io.context
  private val states = Mem(UInt(32 bits), 1 << width)
  private val hasState = Seq.fill(2)(Reg(Bits(config.halfContexts bits)) init 0)
  private val isKept = Mux(io.half.asBool, hasState(1)(io.context), hasState(0)(io.context))
  private val state = Mux(isKept, states.readAsync(who), io.number ^ io.seed) +
    U(BigInt(RandomNumbers.STEP & 0xffffffffL), 32 bits)
  states.write(who, state, io.calls)
  for ((set, h) <- hasState.zipWithIndex) {
    val here = Mux(io.calls && io.half === h, UIntToOh(io.context, config.halfContexts), B(0, config.halfContexts bits))
    set := (set & ~io.starts(h)) | here
  }

  private def mixed(number: UInt, round: Int): UInt = {
    val sum = number + (number |<< RandomNumbers.left(round))
    sum ^ (sum |>> RandomNumbers.right(round))
  }
  private val half = RandomNumbers.ROUNDS / 2
  private val begun = RegNext((0 until half).foldLeft(state)(mixed)) // Looked at behind a call.
  io.value := (half until RandomNumbers.ROUNDS).foldLeft(begun)(mixed)
}
