package org.weft.hw.control

import org.weft.hw.config.NicConfig
import org.weft.isa.control.Register
import spinal.core._
import spinal.lib._

/** CONTROL, STATUS and CLOCK: whether packets are dispatched, and how many of each bank are between the
  * dispatcher and the ways out.
  */
case class Status(config: NicConfig) extends Component {
  private val width = log2Up(config.orderedPackets) + 1

  val io = new Bundle {
    val write = slave(Flow(RegisterWrite()))

    /** A packet is dispatched; packets have left their core: the bank of their rows. */
    val begins = slave(Flow(Bool()))
    val gone = Vec(slave(Flow(Bool())), config.ports)

    /** Whether stores to map values, or a command of the host, are under way. */
    val busy = in Bool ()
    val bank = in Bool ()

    val runs = out Bool ()

    /** Maps are to be made empty; that is done in this clock. */
    val resets = out Bool ()
    val isReset = in Bool ()
    val quiet = out Bool ()
    val held = out Bits (2 bits)
    val control = out Bits (32 bits)
    val status = out Bits (32 bits)
    val clock = out UInt (64 bits)
  }

  private val held = for (bank <- Seq(False, True)) yield {
    val count = Reg(UInt(width bits)) init 0
    val leave = CountOne(io.gone.map(g => g.valid && g.payload === bank))
    count := count + (io.begins.valid && io.begins.payload === bank).asUInt - leave
    count =/= 0
  }
  private val runs = Reg(Bool()) init True
  private val resets = Reg(Bool()) init False
  private val quiet = !held.orR && !io.busy
  when(io.isReset)(resets := False)
  when(io.write.valid && io.write.to(Register.CONTROL)) {
    runs := io.write.data(0)
    resets := io.write.data(1)
  }
  io.runs := runs && !resets
  io.resets := resets && quiet
  io.quiet := quiet
  io.held := Vec(held).asBits
  io.control := (resets ## runs).resized
  io.status := (Mux(io.bank, held.head, held(1)) ## io.bank ## quiet).resized

  private val clock = Reg(UInt(64 bits)) init 0
  clock := clock + 1
  io.clock := clock
}
