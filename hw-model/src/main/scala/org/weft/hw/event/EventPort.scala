package org.weft.hw.event

import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** What the host writes to registers of events, and what they read as. The control plane is the master. */
case class EventPort() extends Bundle with IMasterSlave {

  /** Both words of the ring's address, the lower one first. */
  val base = Vec(Flow(UInt(32 bits)), 2)
  val bytes, tail = Flow(UInt(32 bits))

  /** In the order of [[EventPort.Read]]. */
  val values = Vec(UInt(32 bits), EventPort.Read.size)

  override def asMaster(): Unit = {
    base.foreach(master(_))
    master(bytes, tail)
    in(values)
  }
}

object EventPort {

  /** Registers, and which word of them. */
  val Read: Seq[(Register, Int)] = Seq((Register.EVENT_BASE, 0), (Register.EVENT_BASE, 1), (Register.EVENT_BYTES, 0),
    (Register.EVENT_HEAD, 0), (Register.EVENT_TAIL, 0), (Register.EVENT_LOST, 0), (Register.EVENT_TAKEN, 0))
}
