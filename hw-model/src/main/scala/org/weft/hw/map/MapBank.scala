package org.weft.hw.map

import org.weft.hw.config.{BitLogic, Bitwise, LargeMemory, NicConfig}
import spinal.core._
import spinal.lib._

/** What a bank is asked. */
case class BankRequest(config: NicConfig) extends Bundle {
  val row = UInt(config.bankRowWidth bits)
  val operation = UInt(MapOperation.Width bits)
  val mask = Bits(8 bits)
  val data = Bits(64 bits)
  val compare = if (config.compares) Bits(64 bits) else null
}

/** A bank of map memory: a request a clock, of any kind, done in their order. See
  * docs/microarchitecture.md, [V2] and [V3].
  *
  * {{{
  * clock   0      1      2      3                 4       5
  *         taken  read   read   load's word       store   old word
  *                              and operation
  * }}}
  */
case class MapBank(config: NicConfig) extends Component {
  val io = new Bundle {
    val request = slave(Flow(BankRequest(config)))

    /** The word of what was taken three clocks ago; of what was taken five clocks ago before it. */
    val loaded, old = out Bits (64 bits)

    /** Initial contents, for simulation, and what is written. */
    val preload = if (config.trace) slave(Flow(BankRequest(config))) else null
    val written = if (config.trace) master(Flow(BankRequest(config))) else null
  }

  private case class Stage() extends Bundle {
    val request = BankRequest(config)
    val writes = Bool()
  }
  private def after(stage: Stage): Stage = {
    val next = RegNext(stage) // Without reset where it is not looked at; what writes is reset.
    next.writes.init(False)
    next
  }

  private val taken = Stage()
  taken.request := io.request.payload
  taken.writes := io.request.valid && io.request.operation =/= MapOperation.Load
  private val first = after(taken)
  private val second = after(first)
  private val third = after(second)
  private val fourth = after(third)
  private val fifth = after(fourth)

  private val memory = LargeMemory(config, Mem(Bits(64 bits), config.bankRows))
  private val read = RegNext(memory.readSync(first.request.row))

  // What the three before it wrote is not in the word that was read.
  private val result = Bits(64 bits)
  private val done = RegNext(result)
  private val doneBefore = RegNext(done)
  private val doneFirst = RegNext(doneBefore)
  private def wrote(stage: Stage): Bool = stage.writes && stage.request.row === second.request.row
  private val from = RegNext(
    Mux(wrote(third), U(1, 2 bits), Mux(wrote(fourth), U(2, 2 bits), Mux(wrote(fifth), U(3, 2 bits), U(0, 2 bits)))))
  private val word = Bitwise.choice(Seq(read, done, doneBefore, doneFirst), from)

  private val asked = third.request
  result := WordOperation(config, asked.operation, asked.mask, word, asked.data, asked.compare)
  io.loaded := word
  io.old := Delay(word, 2)

  if (config.trace) {
    val write = Mux(io.preload.valid, io.preload.payload, fourth.request)
    memory.write(write.row, Mux(io.preload.valid, io.preload.data, done),
      fourth.writes || io.preload.valid)
    io.written.valid := fourth.writes
    io.written.payload.allowOverride()
    io.written.payload := fourth.request
    io.written.data := done
  } else {
    memory.write(fourth.request.row, done, fourth.writes)
  }
}
