package org.weft.hw.core

import org.weft.hw.call.CallUnit
import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What lanes' slots give, from the align stage to the write stage. Each source is a register of its own, zero unless it is
  * the lane's: one or joins them.
  */
class Results(config: NicConfig, slots: Seq[Lane], local: LocalAccesses, ways: OperandWays, calls: RowCalls) extends Area {
  private val toAlign = config.stages.align - config.stages.execute

  /** Write: by lane, words of which the or is its result. With a late one, and which it is, that is what a table takes for a
    * bit.
    */
  val parts: Seq[Seq[Bits]] = for ((slot, lane) <- slots.zipWithIndex) yield {
    val does = Delay(slot.does, toAlign)
    def part(value: Bits, isMine: Bool): Bits = RegNext(Mux(isMine, value, B(0, 64 bits)))
    val loads = local.results(lane).map { case (value, isMine) => part(value, does.load && isMine) }
    val ofWays = ways.results(lane, does).map { case (value, isMine) => part(value, isMine) }
    // A call's is a small number: of a negative one the sum, which there is none of, sets all bits above.
    val called = if (config.calls) Seq(part(calls.value, does.call)) else Nil
    val isNegative = if (config.calls) does.call && calls.isNegative else False
    val computed = Delay(slot.alu.io.result, toAlign)
    val sum = RegNext(Mux(isNegative, B((BigInt(1) << 64) - (1 << CallUnit.ResultWidth), 64 bits), computed))
    val all = Seq(sum) ++ loads ++ called ++ ofWays
    all.take(3) ++ all.drop(3).reduceOption(_ | _)
  }
}
