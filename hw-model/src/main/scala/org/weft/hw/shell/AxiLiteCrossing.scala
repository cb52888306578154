package org.weft.hw.shell

import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.{AxiLite4, AxiLite4Config}

/** AXI4-Lite from one clock to another, each channel by a handshake. */
object AxiLiteCrossing {
  def apply(from: AxiLite4, fromClock: ClockDomain, to: AxiLite4, toClock: ClockDomain): Unit = {
    def crossed[T <: Data](in: Stream[T], inClock: ClockDomain, outClock: ClockDomain): Stream[T] =
      StreamCCByToggle(in, inClock, outClock)
    to.aw << crossed(from.aw, fromClock, toClock)
    to.w << crossed(from.w, fromClock, toClock)
    to.ar << crossed(from.ar, fromClock, toClock)
    from.b << crossed(to.b, toClock, fromClock)
    from.r << crossed(to.r, toClock, fromClock)
  }
}
