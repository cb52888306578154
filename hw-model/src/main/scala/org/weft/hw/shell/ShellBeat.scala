package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** A beat of a packet between the NIC and a shell. Every beat but the last is full.
  *
  * @param bytes width
  * @param user what goes with the packet: the same with each of its beats
  */
case class ShellBeat[T <: Data](bytes: Int, user: HardType[T]) extends Bundle {
  val data = Bits(8 * bytes bits)
  val keep = Bits(bytes bits)
  val last = Bool()
  val about = user()
}

/** About a frame that a shell gives: whether it is damaged, which holds with the last beat. */
case class Received() extends Bundle {
  val damaged = Bool()
}

/** About a packet that leaves the NIC. */
case class Sent() extends Bundle {
  val verdict = UInt(8 bits)

  /** The port it came in on. */
  val ingress = UInt(8 bits)

  /** Bytes, from the first to the last beat. */
  val length = UInt(16 bits)

  /** How many of them, the first, are metadata. */
  val metadata = UInt(8 bits)
}
