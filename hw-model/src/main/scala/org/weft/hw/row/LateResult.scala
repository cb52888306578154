package org.weft.hw.row

import org.weft.hw.config.NicConfig
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
  val Width = 2
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
