package org.weft.hw.core

import org.weft.hw.row._
import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** One register's value on its way to a bank. */
case class RegisterWrite(config: NicConfig) extends Bundle {
  val context = UInt(config.contextWidth bits)
  val index = UInt(config.registerWidth bits)
  val data = Bits(64 bits)
}

/** The registers of a half's contexts: a bank for each lane, which that lane alone writes. All of a
  * context's registers are zero when it starts, but r1, which is 1: what was not written since is
  * not looked at.
  */
case class RegisterFile(config: NicConfig, readPorts: Int) extends Component {
  import config.{contextWidth, lanes, registerWidth}
  private val allRegisters = lanes << registerWidth

  val io = new Bundle {
    val reads = Vec(new Bundle {
      val context = in UInt (contextWidth bits)
      val place = in(RegisterPlace(config))

      /** What is stored there, and whether it was written since the context began; else it is zero,
        * or 1 in r1. Later by [[NicConfig.readStages]], as verdicts are.
        */
      val data = out Bits (64 bits)
      val isWritten = out Bool ()
    }, readPorts)
    val writes = Vec(slave(Flow(RegisterWrite(config))), lanes)

    /** The context of what is written now, and that it starts, before anything is written. */
    val writer = in UInt (contextWidth bits)
    val starts = in Bits (config.halfContexts bits)

    /** What an exit says: a register's class, see [[VerdictClass]]. */
    val verdict = new Bundle {
      val context = in UInt (contextWidth bits)
      val place = in(RegisterPlace(config))
      val value = out UInt (3 bits)

      /** All of it, for simulation. */
      val raw = if (config.trace) out(Bits(32 bits)) else null
    }
  }

  private val depth = 1 << (contextWidth + registerWidth)
  private val banks = Seq.fill(lanes)(Mem(Bits(64 bits), depth))
  private val classes = Seq.fill(lanes)(Mem(UInt(3 bits), depth))
  for ((write, lane) <- io.writes.zipWithIndex) {
    val address = write.context @@ write.index
    banks(lane).write(address, write.data, write.valid)
    classes(lane).write(address, VerdictClass(write.data(31 downto 0)), write.valid)
  }

  // By context: the registers written since it started. The first write forgets those before.
  private val written = Mem(Bits(allRegisters bits), 1 << contextWidth)
  private val fresh = Reg(Bits(config.halfContexts bits)) init 0
  private val now = Vec(io.writes.map(w =>
    Mux(w.valid, UIntToOh(w.index, 1 << registerWidth), B(0, 1 << registerWidth bits)))).asBits
  private val writes = io.writes.map(_.valid).orR
  private def writtenOf(context: UInt): Bits =
    Mux(fresh(context), B(0, allRegisters bits), written.readAsync(context))
  written.write(io.writer, writtenOf(io.writer) | now, writes)
  private val writer = Mux(writes, UIntToOh(io.writer, config.halfContexts), B(0, config.halfContexts bits))
  fresh := (fresh & ~writer) | io.starts

  private def isR1(place: RegisterPlace): Bool =
    place.lane === 1 % lanes && place.index === 1 / lanes

  private def select[T <: Data](memories: Seq[Mem[T]], context: UInt, place: RegisterPlace): T =
    Choice(memories.map(m => if (config.blockRegisters) m.readSync(context @@ place.index)
      else m.readAsync(context @@ place.index)), later(place.lane))

  private def later[D <: Data](value: D): D = Delay(value, config.readStages)

  private def isWritten(context: UInt, place: RegisterPlace): Bool =
    writtenOf(context)((place.lane @@ place.index).resize(log2Up(allRegisters)))

  for (read <- io.reads) {
    read.data := select(banks, read.context, read.place)
    read.isWritten := later(isWritten(read.context, read.place))
  }

  private val verdictWritten = later(isWritten(io.verdict.context, io.verdict.place))
  io.verdict.value := Mux(verdictWritten, select(classes, io.verdict.context, io.verdict.place),
    later(isR1(io.verdict.place)).asUInt.resized)
  if (config.trace) {
    io.verdict.raw := Mux(verdictWritten,
      select(banks, io.verdict.context, io.verdict.place)(31 downto 0),
      B(0, 31 bits) ## later(isR1(io.verdict.place)))
  }
}

/** What a returned number means: its three low bits for the verdicts, ABORTED for what is none. */
object VerdictClass {
  private val Greatest = 4

  def apply(value: Bits): UInt =
    Mux(value.asUInt > Greatest, U(0, 3 bits), value(2 downto 0).asUInt)
}
