package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** Packets from one width to another: as they are, collected, or cut. */
object Width {
  def of[T <: Data](from: Stream[ShellBeat[T]], bytes: Int): Stream[ShellBeat[T]] = {
    val width = from.payload.bytes
    if (width == bytes) from
    else if (width < bytes) {
      val wider = Widen(width, bytes, from.payload.user)
      wider.io.in << from
      wider.io.out
    } else {
      val narrower = Narrow(width, bytes, from.payload.user)
      narrower.io.in << from
      narrower.io.out
    }
  }
}

/** Collects beats to wider ones. */
case class Widen[T <: Data](from: Int, to: Int, user: HardType[T]) extends Component {
  private val beats = to / from

  val io = new Bundle {
    val in = slave(Stream(ShellBeat(from, user)))
    val out = master(Stream(ShellBeat(to, user)))
  }

  private val next = Reg(UInt(log2Up(beats) bits)) init 0
  private val full = Reg(Bool()) init False
  // Without reset, all of these: looked at where full is set.
  private val data = Vec(Reg(Bits(8 * from bits)), beats)
  private val keep = Vec(Reg(Bits(from bits)), beats)
  private val last = Reg(Bool())
  private val about = Reg(user())

  io.in.ready := !full || io.out.ready
  when(io.out.ready)(full := False)
  when(io.in.fire) {
    for (i <- 0 until beats) {
      when(next === i) {
        data(i) := io.in.data
        keep(i) := io.in.keep
      } elsewhen (next === 0) {
        keep(i) := 0
      }
    }
    val ends = io.in.last || next === beats - 1
    full := ends
    next := Mux(ends, U(0), next + 1)
    last := io.in.last
    about := io.in.about
  }
  io.out.valid := full
  io.out.data := data.asBits
  io.out.keep := keep.asBits
  io.out.last := last
  io.out.about := about
}

/** Cuts beats into narrower ones. */
case class Narrow[T <: Data](from: Int, to: Int, user: HardType[T]) extends Component {
  private val beats = from / to

  val io = new Bundle {
    val in = slave(Stream(ShellBeat(from, user)))
    val out = master(Stream(ShellBeat(to, user)))
  }

  private val now = Reg(UInt(log2Up(beats) bits)) init 0
  private val keeps = io.in.keep.subdivideIn(to bits)

  // Whether a part is the beat's last one: it is so for the uppermost, and where the next one is empty.
  private val isLast = Vec((0 until beats).map(i => if (i == beats - 1) True else !keeps(i + 1)(0))).read(now)
  io.out.valid := io.in.valid
  io.out.data := io.in.data.subdivideIn(8 * to bits).read(now)
  io.out.keep := keeps.read(now)
  io.out.last := io.in.last && isLast
  io.out.about := io.in.about
  io.in.ready := io.out.ready && isLast
  when(io.out.fire)(now := Mux(isLast, U(0), now + 1))
}
