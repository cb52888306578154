package org.weft.hw.core

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.map.MapUnit
import org.weft.isa.xdp.HelperFunction
import spinal.core._
import spinal.lib._

/** A row's access of map values outside of its half's memory, one at most, and calls that are stores of them: how it
  * reaches the map unit. A core of one context has none.
  */
class MapAccesses(config: NicConfig, flight: Flight, slots: Seq[Lane], lives: Seq[Bool]) extends Area {
  import config.stages
  private val toMemory = stages.memory - stages.execute

  private def calls(slot: Lane, helpers: HelperFunction*): Bool =
    slot.does.call && helpers.map(slot.full(7 downto 0) === _.number).orR

  // Execute.
  private val unlocks = slots.map(s => if (config.locks) calls(s, HelperFunction.SPIN_UNLOCK) else False)
  private val commits = slots.map(s => if (config.rings)
    calls(s, HelperFunction.RINGBUF_SUBMIT, HelperFunction.RINGBUF_DISCARD) else False)
  private val accesses = for (((s, unlocks), commits) <- slots.zip(unlocks).zip(commits)) yield
    (s.does.load || s.does.store || s.does.atomic) && !s.isLocal || unlocks || commits
  private val posts = for (((s, accesses), commits) <- slots.zip(accesses).zip(commits)) yield
    accesses && (s.does.store || s.does.atomic && !s.isAnswered) || commits
  private val (isUsed, user) = Users.one(accesses)

  /** Whether an exchange has what it compares with read, in its first issue. */
  def compares(issue: UInt): Bool =
    if (config.compares) issue === 0 && slots.map(_.does.compares).orR else False

  /** The unit, with what it needs of the slot. */
  val unit: Option[MapUnit] = Option.when(!config.single)(MapUnit(config))
  for (unit <- unit) {
    unit.io.slot := Bitwise.choice(slots.map(_.full), user)
    unit.io.base := Bitwise.choice(slots.map(_.operandA), user)
    unit.io.value := Bitwise.choice(slots.map(_.operandB), user)
    unit.io.isThere := flight.validAt(stages.memory) && Delay(isUsed, toMemory)
    unit.io.half := flight.halfAt(stages.memory).asUInt
    unit.io.context := flight.contextAt(stages.memory)
  }

  /** Whether the access of the row in the execute stage is an exchange that compares. */
  def isCompare(compares: Bool): Bool = compares && Choice(slots.map(_.does.compares), user)

  /** Of a half the contexts that have posted what is not done. */
  def posted(half: Int): Bits = unit.map(_.io.posted(half)).getOrElse(B(0, config.halfContexts bits))

  /** Memory: whether the row is to be issued again: it posts where no room is left, or gives back a lock before
    * all that its context posted is done.
    */
  val waits: Bool = unit.map(unit => {
    val half = flight.halfAt(stages.memory)
    unit.io.isFull && Delay(posts.orR, toMemory) ||
      Delay(unlocks.orR, toMemory) && Mux(half, posted(1), posted(0))(flight.contextAt(stages.memory))
  }).getOrElse(False)

  /** Memory: whether the row sends a request, if it has its effect. */
  def sends(executes: Bool): Bool = executes && Delay(isUsed && Choice(lives, user), toMemory)
}
