package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** A word of a key on its way to the hash of a prefix of it. */
case class PrefixWord() extends Bundle {
  val data = Bits(64 bits)

  /** Which word of the key it is, and whether the last. */
  val number = UInt(NicConfig.PrefixWordWidth bits)
  val last = Bool()

  /** Bits of the prefix, and what is added to words. */
  val length = UInt(NicConfig.PrefixWidth bits)
  val seed = UInt(64 bits)
}

/** A word of a prefix: without the bits behind it, which no comparison looks at, either. */
case class MaskedWord() extends Bundle {
  val number = UInt(NicConfig.PrefixWordWidth bits)
  val last = Bool()
  val data, mask = Bits(64 bits)
}

/** Masks a key and hashes it, a word a clock; the hash is there four clocks after the last word. See
  * docs/microarchitecture.md, [T6].
  */
case class PrefixHash() extends Component {
  val io = new Bundle {

    /** Whether words go on. */
    val advances = in Bool ()
    val word = slave(Flow(PrefixWord()))

    /** The word of the clock before. */
    val masked = master(Flow(MaskedWord()))
    val hash = master(Flow(Bits(64 bits)))
  }

  private def stage[T <: Data](value: T): T = RegNextWhen(value, io.advances)
  private def stageOf(valid: Bool): Bool = RegNextWhen(valid, io.advances, False)

  // A word's bits from the first one on, in the order of a prefix; of the first word 32 bits are the length itself.
  private val word = io.word
  private val isFirst = word.number === 0
  private val from = (word.number << 6).resize(10)
  private val bits = word.length.resize(10) + 32
  private val within = Mux(bits < from, U(0, 10 bits), bits - from)
  private val count = Mux(within > 64, U(64, 7 bits), within.resize(7))
  private val eights = count >> 3
  private val ones = Cat((63 to 0 by -1).map(n => eights > n / 8 || eights === n / 8 && count(2 downto 0) > n % 8))
  private val mask = Cat(ones.subdivideIn(8 bits).reverse)
  private val said = word.length.asBits.resize(32)
  private val masked = MaskedWord()
  masked.number := word.number
  masked.last := word.last
  masked.mask := mask
  masked.data := Mux(isFirst, word.data(63 downto 32) ## said, word.data) & mask
  io.masked.payload := stage(masked)
  io.masked.valid := stageOf(word.valid)

  private val sum = stage((io.masked.data.asUInt + stage(word.seed)).asBits)
  private val isSum = stageOf(io.masked.valid)
  private val starts = stage(io.masked.number === 0)
  private val crc = Reg(Bits(64 bits)) // From the first word on.
  when(io.advances && isSum)(crc := KeyHash.shifted(Mux(starts, B(0, 64 bits), crc) ^ sum))
  private val ends = stageOf(isSum && stage(io.masked.last))
  io.hash.valid := stageOf(ends)
  io.hash.payload := KeyHash.mixSecond(stage(KeyHash.mixFirst(crc)))
}
