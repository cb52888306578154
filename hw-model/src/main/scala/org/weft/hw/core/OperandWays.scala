package org.weft.hw.core

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.row._
import spinal.core._
import spinal.lib._

/** Shifters, multipliers and the divider of a core, and the ways by which a row's slots reach them: as many as a row can
  * have such slots. All but their results is in the execute stage.
  *
  * @param lives whether what each lane does counts
  */
class OperandWays(config: NicConfig, slots: Seq[Lane], lives: Seq[Bool]) extends Area {
  import config.{machine, stages}
  private val toMemory = stages.memory - stages.execute
  private val toAlign = stages.align - stages.execute

  /** A lane, and what that has. */
  private class Way(val isUsed: Bool, val user: UInt) {
    val word: Bits = Choice(slots.map(_.full), user)
    val operandA: Bits = Bitwise.choice(slots.map(_.operandA), user)
    val operandB: Bits = Bitwise.choice(slots.map(_.operandB), user)
    val does: SlotControl = Choice(slots.map(_.does), user)
    val lives: Bool = Choice(OperandWays.this.lives, user)
  }
  private val ways = Users(machine.operandWays, slots.map(_.does).map(s => s.shifter || s.multiplier || s.divider))
    .map { case (isUsed, user) => new Way(isUsed, user) }

  /** Units of a kind, each with the ways of which it takes one, and which of them. */
  private def atWays(count: Int, does: SlotControl => Bool): Seq[(Bool, UInt)] =
    Users(count, ways.map(w => w.isUsed && does(w.does)))
  private def ofWay[T <: Data](way: UInt)(value: Way => T): T = Choice(ways.map(value), way)

  /** What a unit gives in the align stage, and to which lane. */
  private case class Outcome(does: SlotControl => Bool, user: UInt, value: Bits)

  private val shifts = for ((_, way) <- atWays(machine.shifters, _.shifter)) yield {
    val shifter = Shifter(toMemory != 0)
    shifter.io.control := ShifterControl(ofWay(way)(_.word))
    shifter.io.a := ofWay(way)(_.operandA)
    shifter.io.b := ofWay(way)(_.operandB)
    Outcome(_.shifter, Delay(ofWay(way)(_.user), toAlign), RegNext(shifter.io.result))
  }
  private val products = for ((_, way) <- atWays(machine.multipliers, _.multiplier)) yield {
    val multiplier = Multiplier(toMemory != 0)
    multiplier.io.a := ofWay(way)(_.operandA).asUInt
    multiplier.io.b := ofWay(way)(_.operandB).asUInt
    multiplier.io.is32 := ofWay(way)(_.does.is32)
    Outcome(_.multiplier, Delay(ofWay(way)(_.user), toAlign), multiplier.io.result.asBits)
  }
  private val outcomes: Seq[Outcome] = {
    val all = shifts ++ products
    if (ways.size > 1) all
    else {
      val does = Delay(ways.head.does, toAlign)
      val value = all.tail.foldLeft(all.head.value) { (other, o) => Mux(o.does(does), o.value, other) }
      Seq(Outcome(does => all.map(_.does(does)).orR, all.head.user, value))
    }
  }

  /** Of each unit what it gives a lane in the align stage, and whether that is the lane's.
    *
    * @param does what the lane does there
    */
  def results(lane: Int, does: SlotControl): Seq[(Bits, Bool)] = outcomes.map(o =>
    (o.value, o.does(does) && (if (ways.size == 1) True else o.user === lane)))

  /** The division of the row in its memory stage.
    *
    * @param executes whether that has its effect
    */
  def divide(push: Flow[Division], half: UInt, context: UInt, executes: Bool): Unit = {
    val (isUsed, way) = atWays(1, _.divider).head
    val word = Delay(ofWay(way)(_.word), toMemory)
    push.valid := executes && Delay(isUsed && ofWay(way)(_.lives), toMemory)
    push.context := context
    push.half := half
    push.place := RegisterPlace(config, SlotFields(word).dst)
    push.control := DividerControl(word)
    push.a := Delay(ofWay(way)(_.operandA), toMemory).asUInt
    push.b := Delay(ofWay(way)(_.operandB), toMemory).asUInt
  }
}
