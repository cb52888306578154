package org.weft.hw.event

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What is known of an event before its bytes are. */
case class EventHead(config: NicConfig) extends Bundle {
  val map = UInt(NicConfig.HandleWidth bits)
  val cpu = UInt(config.cpuWidth bits)
  val time = UInt(64 bits)

  /** Bytes that the program gives, and those of the packet. */
  val bytes, packetBytes = UInt(config.readWidth bits)
}

/** A core's events; the core is the master. */
case class EventChannel(config: NicConfig) extends Bundle with IMasterSlave {

  /** The oldest call of the half that moves waits to be taken in this clock. */
  val asks = Bool()
  val event = EventHead(config)

  /** It is decided in this clock: whether its bytes are read; if not, whether that is an error. */
  val decides, accepts, isFull = Bool()

  /** Words of the event that was accepted last; the last one is asked for in this clock. */
  val word = Flow(Bits(64 bits))
  val done = Bool()

  override def asMaster(): Unit = {
    out(asks, event, done)
    master(word)
    in(decides, accepts, isFull)
  }
}
