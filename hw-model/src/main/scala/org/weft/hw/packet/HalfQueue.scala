package org.weft.hw.packet

import spinal.core._
import spinal.lib._

/** A queue for each half, both in one memory: the oldest of one half is seen at once. Nobody pushes to a full one.
  *
  * @param capacity entries of each, rounded up to a power of two
  */
case class HalfQueue[T <: Data](kind: HardType[T], capacity: Int) extends Component {
  private val width = log2Up(capacity) max 1

  val io = new Bundle {
    val push = slave(Flow(kind()))

    /** The half that it is pushed to; the one whose oldest is seen and goes. */
    val to, half = in UInt (1 bits)
    val pop = in Bool ()
    val head = out(kind())
    val isEmpty = out Bool ()
  }

  private val entries = Mem(kind(), 2 << width)
  private val first, last = Vec(Reg(UInt(width + 1 bits)) init 0, 2)
  entries.write(io.to @@ last(io.to).resize(width), io.push.payload, io.push.valid)
  when(io.push.valid)(last(io.to) := last(io.to) + 1)
  when(io.pop)(first(io.half) := first(io.half) + 1)
  io.head := entries.readAsync(io.half @@ first(io.half).resize(width))
  io.isEmpty := first(io.half) === last(io.half)
}
