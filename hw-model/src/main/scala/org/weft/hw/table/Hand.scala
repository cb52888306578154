package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** The hand that finds an entry which was not used since it last passed: 32 entries a clock. See
  * docs/microarchitecture.md, [T5].
  */
case class Hand(config: NicConfig) extends Component {
  private val width = config.entryWidth

  val io = new Bundle {
    val map = in UInt (config.tableMapWidth bits)

    /** The map's entries. */
    val room = in UInt (width + 1 bits)

    /** Where the map's hand stands is read. */
    val loads = in Bool ()

    /** It looks at 32 entries: which are there, and which were used. The first of those it would look at in the clock after. */
    val looks = in Bool ()
    val next = out UInt (width bits)
    val there, used = in Bits (32 bits)

    /** Bits that become clear. */
    val passed = out Bits (32 bits)
    val finds = out Bool ()
    val victim = out UInt (width bits)
    val cleans = in Bool ()
    val cleaned = in UInt (config.tableMapWidth bits)
  }

  private val places = Mem(UInt(width bits), 1 << config.tableMapWidth)
  private val at = Reg(UInt(width bits)) // Looked at once it is read.
  private val steps = Reg(UInt(4 bits)) // As well.
  private val words = (io.room + 31) >> 5
  private val behind = ((at >> 5) + U(1, width - 4 bits)).resize(words.getWidth)
  private val isEnd = behind === words
  private val nextWord = Mux(isEnd, U(0, width bits), (behind << 5).resize(width))

  private val from = (B(32 bits, default -> True) |<< at.resize(5))
  private val there = io.there & from
  private val candidates = Mux(steps === Hand.MostSteps - 1, there, there & ~io.used)
  private val one = OHMasking.first(candidates)
  private val bit = OHToUInt(one)
  io.finds := io.looks && candidates.orR
  io.next := Mux(io.looks, nextWord, at)
  io.victim := (at >> 5) @@ bit
  io.passed := Mux(candidates.orR, from & (one.asUInt - 1).asBits, from)
  when(io.loads) {
    at := places.readAsync(io.map)
    steps := 0
  }
  private val after = Mux(candidates.orR && !bit.andR, io.victim + 1, nextWord)
  when(io.looks) {
    at := after
    when(steps =/= Hand.MostSteps - 1)(steps := steps + 1)
  }
  places.write(Mux(io.cleans, io.cleaned, io.map), Mux(io.cleans, U(0, width bits), after), io.finds || io.cleans)
}

object Hand {
  private val MostSteps = 16
}
