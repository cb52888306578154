package org.weft.hw.call

import org.weft.hw.config.{Bitwise, Choice, NicConfig, Turns}
import org.weft.hw.row.Turn
import spinal.core._
import spinal.lib._

/** Eight bytes that follow each other in a half's memory, each in its bank; what is written there, if it is. */
case class WordRead(config: NicConfig) extends Bundle {
  val line, next = UInt(config.lineWidth bits)

  /** By bank: whether its byte is of the line behind. */
  val isNext = Bits(8 bits)
  val write = if (config.copies) WordOfBanks(config) else null
}

/** Bytes that are written, one to each bank. */
case class WordOfBanks(config: NicConfig) extends Bundle {
  private val width = config.machine.bankBytes
  val masks = Vec(Bits(width bits), 8)
  val data = Vec(Bits(8 bits), 8)
}

/** A word of a call's memory. */
case class ReadWord() extends Bundle {

  /** Whether it is of the second piece. */
  val isSecond = Bool()

  /** Whether it is the first of its piece; whether it stands in the upper half of a beat; whether it ends the piece,
    * and all that the call reads.
    */
  val begins, upper, ends, last = Bool()
  val data = Bits(64 bits)
}

/** Reads the memory that calls are given: for each half a word of eight bytes, or what is in a register, in each
  * clock in which it moves. A word is there two clocks later, when that half moves again. See [M2] and [H2].
  */
case class MemoryReader(config: NicConfig) extends Component {
  private val width = config.machine.bankBytes
  private val shift = log2Up(width)

  val io = new Bundle {

    /** The oldest call of the half that moves, and whether its memory may be read; whether the last of it is in this
      * clock.
      */
    val may = in Bool ()
    val moving = in UInt (1 bits)
    val call = in(CallReads(config))
    val done = out Bool ()

    val reads = Vec(master(Flow(WordRead(config))), 2)
    val read = Vec(in(Bits(8 * width bits)), 8)
    val word = master(Flow(ReadWord()))
  }

  private val bytesWidth = config.readWidth
  private val steps = io.may
  private val wasFirst = Bool()
  private val at = UInt(bytesWidth - 3 bits) // In words.
  // What is copied is read in one clock, and written in the half's next one.
  private val copies = io.call.copies
  private val writes = Bool()
  writes := (if (config.copies) Turns(steps && copies && !writes, False) else False)
  private val isSecond = Mux(copies, writes, wasFirst || io.call.firstBytes === 0)
  private val memory = Mux(isSecond, io.call.second, io.call.first)
  private val bytes = Mux(isSecond, io.call.secondBytes, io.call.firstBytes)
  private val left = bytes - (at << 3).resize(bytesWidth)
  private val ends = left <= 8
  private val isLast = ends && (isSecond || !io.call.hasSecond && !copies)
  io.done := steps && isLast
  private val goesOn = steps && !(copies && !writes)
  at := Turns(Mux(goesOn, Mux(ends, U(0), at + 1), at), U(0, at.getWidth bits))
  wasFirst := Turns(Mux(goesOn && ends, !isLast, wasFirst), False)

  // Where it is: byte n of a line is in bank n mod 8.
  private val address = memory.address + (at << 3).resize(config.addressWidth)
  private val within = address(2 downto 0)
  private val row = address >> 3
  private val next = row + 1
  private val isNext = Cat((0 until 8).map(within > _))

  /** Which of a bank's bytes of a line it is. */
  private def sub(bank: Int): UInt = Mux(isNext(bank), next(shift - 1 downto 0), row(shift - 1 downto 0))
  for ((read, h) <- io.reads.zipWithIndex) {
    read.valid := steps && !memory.isRegister && (if (config.readsAny) bytes =/= 0 else True) && io.moving === h
    read.line := (row >> shift).resized
    read.next := (next >> shift).resized
    read.isNext := isNext
    if (config.copies) {
      val word = Turn.rotated(io.word.data, within, 8)
      val count = Mux(left > 8, U(8, 4 bits), left.resize(4))
      val bytes = Turn.rotated(Cat((0 until 8).map(i => count > i)), within, 1)
      for (bank <- 0 until 8) {
        val one = if (shift == 0) B(1) else UIntToOh(sub(bank), width)
        read.write.masks(bank) := Mux(writes && bytes(bank), one, B(0, width bits))
        read.write.data(bank) := word(8 * bank, 8 bits)
      }
    }
  }

  // It comes in the next clock; is turned, and cut.
  private val fromRegister = RegNext(memory.isRegister)
  private val inRegister = RegNext(memory.value)
  private val found = Cat(for (bank <- 0 until 8) yield {
    val bytes = io.read(bank).subdivideIn(8 bits)
    if (shift == 0) bytes.head else Choice(bytes, RegNext(sub(bank)))
  })
  private val by = U(0, 3 bits) - RegNext(within)
  private val turned = Bitwise.choice((0 until 4).map(n => found.rotateLeft(8 * n)), by(1 downto 0))
  private val word = Bitwise(Seq(turned, turned.rotateLeft(32), inRegister), by(2), fromRegister) {
    case (Seq(near, far, register), Seq(isFar, isRegister)) => Mux(isRegister, register, Mux(isFar, far, near))
  }
  private val count = RegNext(left)
  private val cut = Cat(for (i <- 0 until 8) yield Mux(count > i, word(8 * i, 8 bits), B(0, 8 bits)))
  private val said = ReadWord()
  said.isSecond := isSecond
  said.begins := at === 0
  said.upper := at.lsb
  said.ends := ends
  said.last := isLast
  said.data := 0
  private val saidBefore = RegNext(said)
  io.word.valid := RegNext(RegNext(steps) init False) init False
  io.word.payload := RegNext(saidBefore)
  io.word.data.allowOverride()
  io.word.data := RegNext(cut)
}
