package org.weft.hw.core

import org.weft.hw.call.{CallUnit, Calls}
import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import org.weft.hw.row._
import org.weft.isa.row.Opcode
import org.weft.isa.xdp.HelperFunction
import spinal.core._
import spinal.lib._

/** A row's call, one at most: how it reaches what calls are in a core, and the unit of random numbers.
  *
  * @param lives whether what each lane does counts
  * @param issue how often the row in the execute stage was issued before
  * @param compares whether another slot of that row has more registers read, too
  */
class RowCalls(config: NicConfig, flight: Flight, slots: Seq[Lane], lives: Seq[Bool], issue: UInt, compares: Bool)
    extends Area {
  import config.stages
  import flight.{contextAt, halfAt, validAt}
  private val toMemory = stages.memory - stages.execute

  // Execute.
  private val (isUsed, user) = Users.one(slots.map(s => if (config.calls) s.does.call else False))

  /** Calls themselves; what they know of packets and maps, the pipeline tells them. */
  val unit: Calls = Calls(config)
  if (config.calls) {
    unit.io.slot := Bitwise.choice(slots.map(_.full), user)
    unit.io.a := Bitwise.choice(slots.map(_.operandA), user)
    unit.io.b := Bitwise.choice(slots.map(_.operandB), user)
  } else Seq(unit.io.slot, unit.io.a, unit.io.b).foreach(_.clearAll())
  unit.io.issue := issue
  unit.io.caller.half := halfAt(stages.execute).asUInt
  unit.io.caller.context := contextAt(stages.execute)
  unit.io.half := halfAt(stages.memory).asUInt
  unit.io.context := contextAt(stages.memory)

  /** Memory: whether the row is to be issued again, since not all of its registers have been read. */
  val isIncomplete: Bool = Delay(isUsed && unit.io.isIncomplete || compares, toMemory)
  unit.io.repeats := validAt(stages.memory) && Delay(isUsed, toMemory) && isIncomplete
  private val isRandom = {
    val call = SlotFields(unit.io.slot)
    call.opcode === Opcode.CALL.number && call.imm(7 downto 0) === HelperFunction.GET_PRANDOM_U32.number
  }

  /** Memory: whether it waits for all of its packet, if that is coming in. */
  val needsPacket: Bool = Delay(isUsed && unit.io.needsPacket, toMemory)

  /** Whether the row in its memory stage has a call with effect, if it has any. */
  def calls(executes: Bool): Bool = executes && Delay(isUsed && Choice(lives, user), toMemory)

  private val random = Option.when(config.random)(RandomUnit(config))
  private val isNumber = Delay(isRandom, toMemory + 1)

  /** Random numbers of a row in its memory stage.
    *
    * @param number of its packet
    * @param starts by half, contexts that begin with a packet
    */
  def draw(number: => UInt, seed: UInt, starts: Seq[Bits]): Unit = for (random <- random) {
    random.io.half := unit.io.half
    random.io.context := unit.io.context
    random.io.calls := unit.io.calls && Delay(isRandom, toMemory)
    random.io.number := number
    random.io.seed := seed
    for (h <- 0 until 2) random.io.starts(h) := starts(h)
  }

  /** Align: what the call gives, a small number unless it is a random one; whether it is negative, so that all bits
    * above are set.
    */
  val value: Bits = {
    val answer = unit.io.value.resize(CallUnit.ResultWidth).resize(64)
    random.map(unit => Mux(isNumber, unit.io.value.asBits.resize(64), answer)).getOrElse(answer)
  }
  val isNegative: Bool = unit.io.value.msb && !isNumber
}
