package org.weft.hw.core

import org.weft.hw.config.NicConfig
import spinal.core._

/** A port of a bank: an address, and what is read from it in the clock after. */
case class BankPort(config: NicConfig) extends Bundle {
  private val width = config.machine.bankBytes
  val line = UInt(config.lineWidth bits)
  val data = Bits(8 * width bits)
  val mask = Bits(width bits)
}

/** What a row does at a port of the eight banks of its half: bytes of a line, or of it and the one behind it. */
case class RowPort(config: NicConfig) extends Bundle {
  val line, next = UInt(config.lineWidth bits)

  /** By bank: whether its byte is of the line behind; what is stored, and at which bytes of a line of the bank. */
  val isNext = Bits(8 bits)
  val data = Vec(Bits(8 bits), 8)
  val masks = Vec(Bits(config.machine.bankBytes bits), 8)

  def at(bank: Int): BankPort = {
    val port = BankPort(config)
    port.line := Mux(isNext(bank), next, line)
    port.data := Cat(Seq.fill(config.machine.bankBytes)(data(bank)))
    port.mask := masks(bank)
    port
  }
}

/** Packets and stacks of a half: eight banks with two ports each; where rows use one of them, one port
  * that writes and one that reads.
  */
case class HalfMemory(config: NicConfig) extends Component {
  private val width = config.machine.bankBytes

  val io = new Bundle {
    /** Whether it is the rows' clock. */
    val rows = in Bool ()
    val ports = Vec(Vec(in(BankPort(config)), 8), 2)
    val read = Vec(Vec(out(Bits(8 * width bits)), 8), 2)
  }

  /** A byte of a line, at first. */
  private def first(line: Int, byte: Int): Byte =
    config.arrays.values.lift(line * config.line + byte - config.firstMapByte).getOrElse(0)

  // Zero at first, as block memory is when an FPGA has been configured; stacks are zeroed again.
  val banks: Seq[Mem[Bits]] = for (bank <- 0 until 8) yield {
    val memory = Mem(Bits(8 * width bits), config.lines)
    if (config.arrays.values.nonEmpty) memory.init((0 until config.lines).map(line =>
      B(BigInt(1, Array.tabulate(width)(sub => first(line, 8 * (width - 1 - sub) + bank))), 8 * width bits)))
    if (config.memoryPorts == 1) {
      // A row loads or stores: what it does, and what moves, takes a port to write and one to read.
      val writes = io.ports(0)(bank)
      memory.write(writes.line, writes.data, writes.mask.orR, writes.mask)
      val read = memory.readSync(Mux(io.rows, writes.line, io.ports(1)(bank).line))
      for (port <- 0 until 2) io.read(port)(bank) := read
    } else {
      for (port <- 0 until 2) {
        val p = io.ports(port)(bank)
        io.read(port)(bank) := memory.readWriteSync(p.line, p.data, True, p.mask.orR, p.mask)
      }
    }
    memory
  }
}
