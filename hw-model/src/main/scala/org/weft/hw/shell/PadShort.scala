package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** Gives packets the 60 bytes that Ethernet's shortest frame has without its checksum; what is added is zero. */
object PadShort {
  val Least = 60

  /** @param from a stream whose beats hold the shortest frame */
  def apply(from: Stream[ShellBeat[Sent]]): Stream[ShellBeat[Sent]] = {
    val bytes = from.payload.bytes
    require(bytes >= Least)
    val first = RegNextWhen(from.last, from.fire) init True
    val isShort = first && from.last && !from.keep(Least - 1)
    val beat = ShellBeat(bytes, Sent())
    beat.last := from.last
    beat.about := from.about
    beat.data := from.data
    beat.keep := from.keep
    when(isShort) {
      beat.about.length := Least
      beat.keep := B((BigInt(1) << Least) - 1, bytes bits)
      for (i <- 0 until Least) when(!from.keep(i))(beat.data(8 * i, 8 bits) := 0)
    }
    from.translateWith(beat)
  }
}
