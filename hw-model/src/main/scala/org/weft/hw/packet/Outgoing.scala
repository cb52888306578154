package org.weft.hw.packet

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** Packets that have left a half's buffers: their bytes, from the first place of a word on, and what
  * became of them. A line is read in the clock after it is asked for, turned in the next one, and
  * written in the two after that, since it may reach into two words.
  */
case class Outgoing(config: NicConfig) extends Component {
  import config.{beatsPerWord, bus, line, lineShift, word}
  private val wordShift = log2Up(word)
  private val words = config.coreQueueWords

  val io = new Bundle {
    val leaves = slave(Flow(Departing(config)))
    val needs = in UInt (log2Up(words) + 1 bits)
    val hasRoom = out Bool ()
    val piece = slave(Flow(Piece(config)))

    /** Of a line that is read, in the clock after its piece: from which of its bytes on it is turned, and how it then is. */
    val skew = out UInt (lineShift bits)
    val turned = in Bits (8 * line bits)

    // Reordering: the oldest packet, whether its next beat is here, the beat.
    val isEmpty = out Bool ()
    val head = out(Departing(config))
    val hasBeat = out Bool ()
    val isWhole = out Bool ()
    val beat = out Bits (8 * bus bits)
    val takes = in Bool ()

    /** It is gone: with its last beat, or dropped with all of them. */
    val left = in Bool ()
  }

  private val packets = SmallQueue(Departing(config), config.outgoingPackets)
  packets.io.push << io.leaves
  packets.io.pop := io.left
  io.head := packets.io.head
  io.isEmpty := packets.io.isEmpty

  private def wordsOf(bytes: UInt): UInt = ((bytes +^ (word - 1)) >> wordShift).resize(log2Up(words) + 1)
  private def beatsOf(bytes: UInt): UInt = (bytes +^ (bus - 1)) >> log2Up(bus)

  // Room is returned back in the clock after.
  private val used = Reg(UInt(log2Up(words) + 1 bits)) init 0
  private val returned = Mux(Verdict.leaves(io.head.fate), wordsOf(io.head.length), U(0))
  used := used + Mux(io.leaves.valid, io.needs, U(0)) - Mux(io.left, returned, U(0))
  io.hasRoom := (used +^ io.needs) <= words && packets.io.size =/= config.outgoingPackets

  // Bytes on their way: read, turned, written.
  private val queue = WideQueue(Bits(8 * word bits), words, word)
  private val turning = RegNext(io.piece.payload) // Looked at when valid.
  private val turns = RegNext(io.piece.valid, init = False)
  io.skew := turning.skew
  private val turned = RegNextWhen(io.turned, turns)
  private val writing = RegNextWhen(turning, turns)
  private val writes = RegNext(turns, init = False)
  private val spills = RegNext(writes, init = False)
  private val lastWord = Reg(UInt(log2Up(words) bits)) init 0

  // The place in a word where a piece begins, and where it ends, maybe in the word after.
  private val from = writing.from(wordShift - 1 downto 0)
  private val size = (writing.to - writing.from).resize(lineShift + 1)
  private val end = from +^ size
  private val over = end > word
  private val full = end >= word
  private val masks = Cat((0 until word).map(i =>
    Mux(spills, over && end > word + i, from <= i && end > i)))
  queue.io.push.valid := writes || spills
  queue.io.push.payload := Cat(Seq.fill(word / line)(turned))
  queue.io.mask := masks
  queue.io.place := lastWord
  when(writes) {
    when(full)(lastWord := lastWord + 1)
  }
  when(spills && writing.last && end(wordShift - 1 downto 0) =/= 0)(lastWord := lastWord + 1)

  // Beats that can be taken; the last of a packet may be shorter.
  private val before = io.piece.from >> log2Up(bus)
  private val after = Mux(io.piece.last, beatsOf(io.piece.to), (io.piece.to >> log2Up(bus)).resize(beatsOf(io.piece.to).getWidth))
  private val more = Delay(Mux(io.piece.valid, after - before.resized, U(0)), 4,
    init = U(0, after.getWidth bits))
  private val beats = Reg(UInt(log2Up(words * beatsPerWord) + 1 bits)) init 0
  private val firstWord = Reg(UInt(log2Up(words) bits)) init 0
  private val inWord = Reg(UInt(log2Up(beatsPerWord) max 1 bits)) init 0
  private val allBeats = beatsOf(io.head.length)
  io.isWhole := beats >= allBeats
  io.hasBeat := beats =/= 0
  private val dropped = io.left && !io.takes && Verdict.leaves(io.head.fate)
  beats := (beats + more - Mux(dropped, allBeats, io.takes.asUInt.resize(allBeats.getWidth))).resized
  private val wordEnds: Bool = if (beatsPerWord > 1) io.left || inWord.andR else True
  private val nextWord = UInt(log2Up(words) bits)
  nextWord := firstWord
  when(io.takes && wordEnds)(nextWord := firstWord + 1)
  when(dropped)(nextWord := firstWord + wordsOf(io.head.length).resize(log2Up(words)))
  firstWord := nextWord
  if (beatsPerWord > 1) when(io.takes)(inWord := Mux(io.left, U(0), inWord + 1))
  queue.io.first := nextWord
  io.beat := (if (beatsPerWord > 1) queue.io.head.subdivideIn(8 * bus bits).read(inWord)
              else queue.io.head)
}
