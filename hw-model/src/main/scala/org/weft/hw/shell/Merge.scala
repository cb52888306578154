package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** Two streams of packets to one, packet by packet, by turns where both have one. */
case class Merge[T <: Data](bytes: Int, user: HardType[T]) extends Component {
  val io = new Bundle {
    val in = Vec(slave(Stream(ShellBeat(bytes, user))), 2)
    val out = master(Stream(ShellBeat(bytes, user)))
  }

  // What was offered stays so until it is taken, as AXI4-Stream demands; then the packet stays chosen to its end.
  private val stays = Reg(Bool()) init False
  private val chosen = Reg(Bool()) init False
  private val preferred = Reg(Bool()) init False
  private val now = Mux(stays, chosen, Mux(preferred, io.in(1).valid, !io.in(0).valid))
  io.out.valid := Mux(now, io.in(1).valid, io.in(0).valid)
  io.out.payload := Mux(now, io.in(1).payload, io.in(0).payload)
  io.in(0).ready := io.out.ready && !now
  io.in(1).ready := io.out.ready && now
  private val ends = io.out.fire && io.out.last
  when(io.out.valid) {
    chosen := now
    stays := !ends
    when(ends)(preferred := !now)
  }
}
