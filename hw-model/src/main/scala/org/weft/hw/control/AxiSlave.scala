package org.weft.hw.control

import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axi.Axi4.resp
import spinal.lib.bus.amba4.axilite.{AxiLite4, AxiLite4Config}

/** What a host writes: a word, and where. */
case class RegisterWrite() extends Bundle {
  val address = UInt(Address.Width bits)
  val data = Bits(32 bits)

  def to(register: org.weft.isa.control.Register): Bool = Address.hits(address, register)
}

/** The AXI4-Lite slave: one write and one read at a time, both at once. Writes of single bytes, and
  * what `refuses` says, change nothing and are answered with SLVERR.
  */
case class AxiSlave() extends Component {
  val io = new Bundle {
    val bus = slave(AxiLite4(AxiSlave.Config))
    val write = master(Flow(RegisterWrite()))

    /** Whether the write of this clock cannot be done. */
    val refuses = in Bool ()

    /** Whether the write or read that is offered has to wait. */
    val holdsWrite, holdsRead = in Bool ()

    /** A read begins; what it reads is there so many clocks later. */
    val read = master(Flow(UInt(Address.Width bits)))
    val data = in Bits (32 bits)
  }

  // A write is taken when address and data are there, and the last answer is gone or goes.
  private val answers = Reg(Bool()) init False
  private val failed = Reg(Bool()) // Without reset: looked at where answers is set.
  private val writes = io.bus.aw.valid && io.bus.w.valid && (!answers || io.bus.b.ready) && !io.holdsWrite
  private val whole = io.bus.w.strb.andR
  io.bus.aw.ready := writes
  io.bus.w.ready := writes
  io.write.valid := writes && whole
  io.write.address := io.bus.aw.addr >> 2
  io.write.data := io.bus.w.data
  when(io.bus.b.ready)(answers := False)
  when(writes) {
    answers := True
    failed := !whole || io.refuses
  }
  io.bus.b.valid := answers
  io.bus.b.resp := Mux(failed, resp.SLVERR, resp.OKAY)

  // A read waits for its data, then for the host.
  private val reading = Reg(Bits(AxiSlave.ReadClocks bits)) init 0
  private val here = Reg(Bool()) init False
  private val data = Reg(Bits(32 bits)) // Without reset: looked at where it is here.
  private val reads = io.bus.ar.valid && reading === 0 && !here && !io.holdsRead
  io.bus.ar.ready := reads
  io.read.valid := reads
  io.read.payload := io.bus.ar.addr >> 2
  reading := (reading ## reads).resized
  when(here && io.bus.r.ready)(here := False)
  when(reading.msb) {
    here := True
    data := io.data
  }
  io.bus.r.valid := here
  io.bus.r.data := data
  io.bus.r.resp := resp.OKAY
}

object AxiSlave {
  val Config: AxiLite4Config = AxiLite4Config(addressWidth = Address.Width + 2, dataWidth = 32)

  /** Clocks from a read's address to its data. */
  val ReadClocks = 2
}
