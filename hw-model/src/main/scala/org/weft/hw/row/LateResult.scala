package org.weft.hw.row

import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** What a late result is. */
object LateKind {

  /** A register's value. */
  val Value = 0

  /** The entry that a redirect goes through. */
  val Redirect = 1

  /** The entry of a tail call: the row where it goes on, and 1; no register's. */
  val Tail = 2

  /** A register's value that a call waits for, though it comes as those of map values do. */
  val Call = 3

  /** A spin lock as it was: if it was held, it is asked for again. */
  val Lock = 4

  /** The entry of an event, that the call goes on with; no register's. */
  val Event = 5
  val Width = 3
}

/** Results that come when their row has left the pipeline, from one unit: the oldest of the half that
  * can write now. The unit is the master.
  */
case class LateResult(config: NicConfig) extends Bundle with IMasterSlave {

  /** The half whose registers no row writes in this clock. */
  val half = UInt(1 bits)
  val valid, takes = Bool()
  val context = UInt(config.contextWidth bits)
  val kind = UInt(LateKind.Width bits)
  val place = RegisterPlace(config)
  val value = Bits(64 bits)

  def fire: Bool = valid && takes

  override def asMaster(): Unit = {
    out(valid, context, kind, place, value)
    in(half, takes)
  }
}

object LateResult {

  /** Which of several units is the first that has one for the half, as a set. */
  def turns(units: Seq[LateResult]): Bits = OHMasking.first(Vec(units.map(_.valid)).asBits)

  /** Of several units the first that has one for the half. */
  def first(config: NicConfig, units: Seq[LateResult]): LateResult = {
    val chosen = LateResult(config)
    val turns = LateResult.turns(units)
    def of[T <: Data](values: Seq[T]): T = Choice(values, OHToUInt(turns))
    chosen.valid := units.map(_.valid).orR
    chosen.context := of(units.map(_.context))
    chosen.kind := of(units.map(_.kind))
    chosen.place := of(units.map(_.place))
    chosen.value := of(units.map(_.value))
    for ((unit, i) <- units.zipWithIndex) {
      unit.half := chosen.half
      unit.takes := turns(i) && chosen.takes
    }
    chosen
  }
}
