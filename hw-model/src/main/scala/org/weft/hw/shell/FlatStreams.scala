package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** Several AXI4-Streams in one bundle, as shells have them: each signal has a part for each stream, the first
  * lowest.
  *
  * @param bytes width of one
  */
abstract class FlatStreams(count: Int, bytes: Int) extends Bundle with IMasterSlave {
  val tvalid, tready, tlast = Bits(count bits)
  val tdata = Bits(8 * bytes * count bits)
  val tkeep = Bits(bytes * count bits)

  protected def users: Seq[Bits]

  override def asMaster(): Unit = {
    out(tvalid, tlast, tdata, tkeep)
    users.foreach(out(_))
    in(tready)
  }

  /** A part of a signal. */
  protected def part(signal: Bits, i: Int): Bits = {
    val width = signal.getWidth / count
    signal(width * i, width bits)
  }

  /** The i-th one as a stream, on the side of who takes it. */
  protected def taken[T <: Data](i: Int, user: HardType[T])(about: T => Unit): Stream[ShellBeat[T]] = {
    val stream = Stream(ShellBeat(bytes, user))
    stream.valid := tvalid(i)
    tready(i) := stream.ready
    stream.data := part(tdata, i)
    stream.keep := part(tkeep, i)
    stream.last := tlast(i)
    about(stream.about)
    stream
  }

  /** Gives a stream to the i-th one, but for what goes with it. */
  protected def offer[T <: Data](i: Int, stream: Stream[ShellBeat[T]]): Unit = {
    tvalid(i) := stream.valid
    stream.ready := tready(i)
    part(tdata, i) := stream.data
    part(tkeep, i) := stream.keep
    tlast(i) := stream.last
  }
}
