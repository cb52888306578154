package org.weft.hw.shell

import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.AxiLite4

/** From one clock to another. Who makes the clocks sees to it that both are in reset together. */
object Crossing {

  /** Beats that a queue holds. */
  private val Beats = 16

  /** What comes all the time: by a queue. */
  def queue[T <: Data](from: Stream[T], push: ClockDomain, pop: ClockDomain): Stream[T] = {
    val queue = new StreamFifoCC(from.payloadType, Beats, push, pop, withPopBufferedReset = false)
    queue.io.push << from
    queue.io.pop
  }

  /** What comes now and then: by a handshake. */
  def handshake[T <: Data](from: Stream[T], push: ClockDomain, pop: ClockDomain): Stream[T] = {
    val crossing = new StreamCCByToggle(from.payloadType, push, pop, withOutputBufferedReset = false)
    crossing.io.input << from
    crossing.io.output
  }

  /** AXI4-Lite, each channel by a handshake. */
  def axiLite(from: AxiLite4, fromClock: ClockDomain, to: AxiLite4, toClock: ClockDomain): Unit = {
    to.aw << handshake(from.aw, fromClock, toClock)
    to.w << handshake(from.w, fromClock, toClock)
    to.ar << handshake(from.ar, fromClock, toClock)
    from.b << handshake(to.b, toClock, fromClock)
    from.r << handshake(to.r, toClock, fromClock)
  }
}
