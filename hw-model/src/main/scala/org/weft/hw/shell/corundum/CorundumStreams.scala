package org.weft.hw.shell.corundum

import org.weft.hw.shell.{FlatStreams, Received, ShellBeat}
import spinal.core._
import spinal.lib._

/** Streams of Corundum's ports, with a tuser. */
case class CorundumStreams(count: Int, bytes: Int, userBits: Int) extends FlatStreams(count, bytes) {
  val tuser = Bits(userBits * count bits)

  override protected def users: Seq[Bits] = Seq(tuser)

  /** Packets to send, with their tuser. */
  def sent(i: Int): Stream[ShellBeat[Bits]] = taken(i, HardType(Bits(userBits bits)))(_ := part(tuser, i))

  /** Frames that came: bit 0 of tuser marks, with the last beat, one that is damaged. */
  def received(i: Int): Stream[ShellBeat[Received]] =
    taken(i, HardType(Received()))(_.damaged := part(tuser, i)(0))

  def give[T <: Data](i: Int, stream: Stream[ShellBeat[T]], user: Bits): Unit = {
    offer(i, stream)
    part(tuser, i) := user
  }
}

/** Completions of packets that were sent: when, and by which tag. */
case class Completions(count: Int, tagBits: Int) extends Bundle with IMasterSlave {
  val ts = Bits(CorundumApp.TimeBits * count bits)
  val tag = Bits(tagBits * count bits)
  val valid, ready = Bits(count bits)

  override def asMaster(): Unit = {
    out(ts, tag, valid)
    in(ready)
  }
}
