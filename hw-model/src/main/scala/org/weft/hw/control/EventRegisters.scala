package org.weft.hw.control

import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** What the host writes to registers, and what those of events read as: [[EventRegisters.Read]]. */
case class EventRegisters() extends Bundle with IMasterSlave {
  val write = Flow(RegisterWrite())
  val values = Vec(Bits(32 bits), EventRegisters.Read.size)

  override def asMaster(): Unit = {
    master(write)
    in(values)
  }
}

object EventRegisters {

  /** Registers in the order of the values; of EVENT_BASE both words. */
  val Read: Seq[(Register, Int)] = Seq((Register.EVENT_BASE, 0), (Register.EVENT_BASE, 1), (Register.EVENT_BYTES, 0),
    (Register.EVENT_HEAD, 0), (Register.EVENT_TAIL, 0), (Register.EVENT_LOST, 0), (Register.EVENT_TAKEN, 0))
}
