package org.weft.hw.shell

import spinal.core._
import spinal.lib._

/** Takes the metadata off packets, which stands in front of them and which no shell's driver knows. Its bytes are
  * a multiple of four, as programs can only make it. A packet costs no clock more than it has beats. Bytes that are
  * not kept may change while a beat is offered.
  */
case class StripMetadata(bytes: Int) extends Component {
  private val unit = 4
  private val wordBits = log2Up((bytes / unit) max 1)

  val io = new Bundle {
    val in = slave(Stream(ShellBeat(bytes, Sent())))
    val out = master(Stream(ShellBeat(bytes, Sent())))
  }

  // The beat before this one, whose first bytes may be gone.
  private val held = Reg(Bool()) init False
  private val before = Reg(ShellBeat(bytes, Sent())) // Without reset: looked at where held.
  private val skipped = Reg(UInt(8 bits)) init 0

  private def distance(beat: ShellBeat[Sent]): UInt =
    if (wordBits == 0) U(0, 1 bits) else beat.about.metadata(2, wordBits bits)
  private val by = distance(before)
  private def moved(bits: Bits, unit: Int): Bits =
    (0 until wordBits).foldLeft(bits)((b, i) => Mux(by(i), b |>> (unit << i), b))

  // A packet's first beats, which are all metadata, vanish.
  private val begins = !held || before.last
  private val inMetadata = begins && skipped =/= (io.in.about.metadata >> log2Up(bytes)).resize(8)
  private val restOfNext = moved(io.in.keep ## B(0, bytes bits), unit)(2 * bytes - 1 downto bytes)
  private val ends = before.last || io.in.last && !restOfNext.orR
  private val needsNext = !before.last

  io.out.valid := held && (!needsNext || io.in.valid)
  io.out.data := moved(io.in.data ## before.data, 8 * unit).resize(8 * bytes)
  io.out.keep := moved(Mux(needsNext, io.in.keep, B(0, bytes bits)) ## before.keep, unit).resize(bytes)
  io.out.last := ends
  io.out.about := before.about
  io.out.about.length.allowOverride() := before.about.length - before.about.metadata
  io.out.about.metadata.allowOverride() := 0

  private val free = !held || io.out.ready
  io.in.ready := Mux(inMetadata, True, free)
  when(io.out.fire && ends)(held := False)
  when(io.in.fire) {
    when(inMetadata) {
      skipped := skipped + 1
    } otherwise {
      skipped := 0
      before := io.in.payload
      // What ended with this beat's first bytes leaves nothing of it behind.
      held := !(held && needsNext && ends)
    }
  }
}
