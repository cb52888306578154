package org.weft.hw.shell.opennic

import org.weft.hw.shell.{FlatStreams, Received, ShellBeat}
import spinal.core._
import spinal.lib._

/** Where a packet comes from and goes to, as OpenNIC says it: bit i for physical function i, bit 6 + i for
  * port i; and its bytes.
  */
case class Route() extends Bundle {
  val size, src = Bits(16 bits)
}

/** Streams of OpenNIC's 250 MHz boxes. */
case class OpenNicStreams(count: Int) extends FlatStreams(count, OpenNicBox.Bytes) {
  val tuser_size, tuser_src, tuser_dst = Bits(16 * count bits)

  override protected def users: Seq[Bits] = Seq(tuser_size, tuser_src, tuser_dst)

  /** Packets of the host. */
  def sent(i: Int): Stream[ShellBeat[Route]] = taken(i, HardType(Route())) { route =>
    route.size := part(tuser_size, i)
    route.src := part(tuser_src, i)
  }

  /** Frames that came. The shell keeps damaged ones. */
  def received(i: Int): Stream[ShellBeat[Received]] = taken(i, HardType(Received()))(_.damaged := False)

  def give(i: Int, stream: Stream[ShellBeat[Route]], to: Bits): Unit = {
    offer(i, stream)
    part(tuser_size, i) := stream.about.size
    part(tuser_src, i) := stream.about.src
    part(tuser_dst, i) := to
  }
}
