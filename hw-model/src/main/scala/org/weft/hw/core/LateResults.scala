package org.weft.hw.core

import org.weft.hw.call.Calls
import org.weft.hw.config.NicConfig
import org.weft.hw.map.MapUnit
import org.weft.hw.row.{LateKind, LateResult}
import spinal.core._
import spinal.lib._

/** The results of divisions, map values and calls, which come when their row has left the pipeline: the oldest one of the
  * first unit that has one for the half that writes nothing in this clock.
  *
  * @param writing whether half 1 has the row in the write stage
  */
class LateResults(config: NicConfig, writing: Bool, divider: Option[DividerQueue], map: Option[MapUnit], calls: Calls)
    extends Area {
  private val units = divider.map(_.io.result).toSeq ++ map.map(_.io.result) :+ calls.io.result
  private val turns = LateResult.turns(units)

  /** What is written, or learnt, in this clock. */
  val late: LateResult = LateResult.first(config, units)
  late.half := (!writing).asUInt
  late.takes := True

  // A map unit's may be what a call waits for.
  private val isCall = late.kind =/= LateKind.Value || turns(units.size - 1)

  /** What contexts wait for: whether the row in its memory stage begins to, and whether this result is of that. */
  val waits: Seq[(Bool, Bool)] =
    map.map(m => (m.io.waits, turns(units.size - 2) && !isCall)).toSeq ++ Seq((calls.io.waits, isCall)) ++
      divider.map(d => (d.io.push.valid, turns(0)))

  calls.io.late.valid := late.valid
  calls.io.late.kind := late.kind
  calls.io.late.half := late.half
  calls.io.late.context := late.context
  calls.io.late.value := late.value

  /** A lock that was held is asked for again, and an event's entry is the call's alone: nobody goes on. */
  val isKept: Bool = {
    val isHeld = if (config.locks) late.kind === LateKind.Lock && late.value(31 downto 0).orR else False
    val isOfEvent = if (config.events) late.kind === LateKind.Event else False
    isHeld || isOfEvent
  }

  /** Whether a register is written, unless its context has begun anew. */
  val isValue: Bool = late.valid && late.kind =/= LateKind.Tail && !isKept
}
