package org.weft.hw.map

import org.weft.hw.config.{Bitwise, Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** Where a word is in map memory: words of any stride are in all banks. */
object MapWord {

  /** The word and its number shifted by one, two and three times a bank's width, exclusive or. */
  def bank(config: NicConfig, word: UInt): UInt = {
    val bits = log2Up(config.machine.mapBanks)
    if (bits == 0) U(0, 1 bits)
    else (0 to 3).map(n => (word >> (n * bits)).resize(bits)).reduce(_ ^ _)
  }

  def row(config: NicConfig, word: UInt): UInt =
    (word >> log2Up(config.machine.mapBanks)).resize(config.bankRowWidth)
}

/** A word of map memory, for simulation. */
case class WordWrite(config: NicConfig) extends Bundle {
  val word = UInt(config.mapWordWidth bits)
  val data = Bits(64 bits)
}

/** The crossbar from cores to banks, and the banks. Each takes the request of one core in a clock, in
  * turn; loads of the word that it loads are done together. See docs/microarchitecture.md, 3.
  */
case class MapMemory(config: NicConfig) extends Component {
  import config.cores
  private val banks = config.machine.mapBanks

  val io = new Bundle {
    val cores = Vec(slave(MapChannel(config)), config.cores)

    /** A word of the table writer or the host, before what cores ask of its bank. */
    val writer = slave(Flow(WordAccess(config)))

    /** What it loaded three clocks ago. */
    val loaded = master(Flow(Bits(64 bits)))
    val preload = if (config.trace) slave(Flow(WordWrite(config))) else null
    val written = if (config.trace) Vec(master(Flow(BankRequest(config))), banks) else null
  }

  private val all = Seq.fill(banks)(MapBank(config))
  private val taken = for ((bank, b) <- all.zipWithIndex) yield {
    val isWriters = io.writer.valid && MapWord.bank(config, io.writer.word) === b
    val wants = Vec(io.cores.map(c => c.valid && c.bank === b && !isWriters)).asBits
    val chosen = if (cores == 1) wants else {
      val above = Reg(Bits(cores bits)) init (BigInt(1) << cores) - 2
      val later = wants & above
      val one = OHMasking.first(Mux(later.orR, later, wants))
      when(wants.orR)(above := ~(one | (one.asUInt - 1).asBits))
      one
    }
    val core = OHToUInt(chosen)
    bank.io.request.valid := wants.orR || isWriters
    bank.io.request.row := Choice(io.cores.map(_.row), core)
    bank.io.request.operation := Choice(io.cores.map(_.operation), core)
    bank.io.request.mask := Choice(io.cores.map(_.mask), core)
    bank.io.request.data := Bitwise(Seq(Choice(io.cores.map(_.data), core), io.writer.data), isWriters, io.writer.isZero) {
      case (Seq(core, writer), Seq(isWriters, isZero)) => Mux(isWriters, writer && !isZero, core)
    }
    if (config.compares) bank.io.request.compare := Choice(io.cores.map(_.compare), core)
    when(isWriters) {
      bank.io.request.row := MapWord.row(config, io.writer.word)
      bank.io.request.operation := Mux(io.writer.writes, U(MapOperation.Store), U(MapOperation.Load)).resized
      bank.io.request.mask := Cat(io.writer.keeps.asBools.map(!_ #* 4))
    }
    if (cores == 1) chosen else {
      val loads = bank.io.request.operation === MapOperation.Load
      val together = Vec(io.cores.map(c =>
        c.operation === MapOperation.Load && c.row === bank.io.request.row)).asBits
      chosen | (wants & together & loads.asBits #* cores)
    }
  }
  for ((core, i) <- io.cores.zipWithIndex) {
    core.takes := taken.map(_(i)).orR
    val loaded = Choice(all.map(_.io.loaded), core.from)
    core.word := (if (!config.compares) loaded
                  else Mux(core.old, Choice(all.map(_.io.old), core.from), loaded))
  }

  io.loaded.valid := Delay(io.writer.valid && !io.writer.writes, Answers.Load, init = False)
  io.loaded.payload := Choice(all.map(_.io.loaded), Delay(MapWord.bank(config, io.writer.word), Answers.Load))

  if (config.trace) {
    for ((bank, b) <- all.zipWithIndex) {
      bank.io.preload.valid := io.preload.valid && MapWord.bank(config, io.preload.word) === b
      bank.io.preload.row := MapWord.row(config, io.preload.word)
      bank.io.preload.data := io.preload.data
      if (config.compares) bank.io.preload.compare := 0
      bank.io.preload.operation := MapOperation.Store
      bank.io.preload.mask.setAll()
      io.written(b) << bank.io.written
    }
  }
}
