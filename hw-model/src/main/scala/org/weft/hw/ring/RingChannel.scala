package org.weft.hw.ring

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What is asked of a ring's positions. */
case class RingCall(config: NicConfig) extends Bundle {

  /** The ring's number among maps, from 0. */
  val ring = UInt(NicConfig.RingWidth bits)

  /** Whether a number is asked for, and nothing is reserved. */
  val asks = Bool()

  /** Bytes of the record, or which number it is; whether there can be no such record, or number. */
  val operand = UInt(30 bits)
  val isWrong = Bool()
}

/** A request of a core: who waits is a context, whose lowest bit is the half. */
case class RingRequest(config: NicConfig) extends Bundle {
  val call = RingCall(config)
  val context = UInt(config.contextWidth + 1 bits)
}

/** What comes back: the record's address, 0, or the number. */
case class RingAnswer(config: NicConfig) extends Bundle {
  val context = UInt(config.contextWidth + 1 bits)
  val result = Bits(64 bits)
}

/** The way from a core to the ring unit. The core is the master. */
case class RingChannel(config: NicConfig) extends Bundle with IMasterSlave {
  val request = Stream(RingRequest(config))
  val answer = Flow(RingAnswer(config))

  override def asMaster(): Unit = {
    master(request)
    slave(answer)
  }
}

/** What the host sees of a ring, and writes. The control plane is the master. */
case class RingPort(config: NicConfig) extends Bundle with IMasterSlave {

  /** The map whose positions these are, at once; zeros if it is no ring. */
  val map = UInt(32 bits)
  val producer, consumer = UInt(64 bits)

  /** The host has read up to here. */
  val consumed = Flow(UInt(64 bits))

  /** All rings are made empty, in some clocks. */
  val cleans = Bool()

  override def asMaster(): Unit = {
    out(map, cleans)
    master(consumed)
    in(producer, consumer)
  }
}
