package org.weft.hw.map

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** Who asked for a word behind the memory port, and what becomes of it. */
case class OutsideAsked(config: NicConfig) extends Bundle {

  /** Whether somebody waits for the word. */
  val answered = Bool()

  /** Whether the word is the map's; whether it is the second of two, and the last. */
  val inside, further, ends = Bool()
  val waiter = Waiter(config)
}

/** A word behind the memory port, and what is to be done with it. */
case class OutsideRequest(config: NicConfig) extends Bundle {
  val word = UInt(config.outsideWordWidth bits)
  val operation = UInt(MapOperation.Width bits)

  /** The word's bytes that are changed. */
  val mask = Bits(8 bits)
  val data = Bits(64 bits)
  val compare = if (config.compares) Bits(64 bits) else null
  val asked = OutsideAsked(config)

  def changes: Bool = operation =/= MapOperation.Load
}

/** A word that was accessed, as it was before. */
case class OutsideDone(config: NicConfig) extends Bundle {
  val asked = OutsideAsked(config)
  val word = Bits(64 bits)
}

/** The way from a core to words behind the memory port, and back, in order. The core is the master. */
case class OutsideChannel(config: NicConfig) extends Bundle with IMasterSlave {
  val request = Stream(OutsideRequest(config))
  val done = Flow(OutsideDone(config))

  override def asMaster(): Unit = {
    master(request)
    slave(done)
  }
}

object OutsideChannel {

  /** Words that may be claimed and not have come, of all cores. */
  val Reads = 64
}
