package org.weft.hw.outside

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** A word's place among [[HeldWords]]. */
object HeldPlace {
  val Width = 8

  /** The word's number by bits of a place, exclusive or: strides of any power of two reach all of them. */
  def apply(word: UInt): UInt =
    (0 until word.getWidth by Width).map(i => (word >> i).resize(Width)).reduce(_ ^ _)

  /** What is left of the number: with the place it says all of it. */
  def rest(word: UInt): UInt = (word >> Width).resize((word.getWidth - Width) max 1)
}

/** Words that are changed and of which memory may not know it yet. A change holds its word's place from when it is claimed
  * to when memory has answered; so do accesses of a word that is held, to when they are done: they find it here and not in
  * what they read. A change of another word waits for the place. See docs/microarchitecture.md, [V5].
  */
case class HeldWords(config: NicConfig) extends Component {
  private val places = 1 << HeldPlace.Width

  val io = new Bundle {

    /** Who is next; whether it may be claimed, and is; whether it holds its place, and finds the word there. */
    val place = in UInt (HeldPlace.Width bits)
    val rest = in UInt (HeldPlace.rest(U(0, config.outsideWordWidth bits)).getWidth bits)
    val changes = in Bool ()
    val may = out Bool ()
    val claims = in Bool ()
    val holds, isHere = out Bool ()

    /** The word of a place, at once; and what becomes of it. */
    val which = in UInt (HeldPlace.Width bits)
    val found = out Bits (64 bits)
    val write = slave(Flow(Bits(64 bits)))
    val writePlace = in UInt (HeldPlace.Width bits)

    /** An access that changes nothing is done; memory has answered a change. */
    val leaves, answered = slave(Flow(UInt(HeldPlace.Width bits)))
  }

  // Each counter has one who counts: a place is free when as many have left it as have claimed it.
  private val sweep = Reg(UInt(HeldPlace.Width + 1 bits)) init 0
  private val isSwept = sweep.msb
  when(!isSwept)(sweep := sweep + 1)
  private val claimed, left, answered = Mem(UInt(HeldPlace.Width bits), places)
  private def count(counter: Mem[UInt], place: UInt, counts: Bool): Unit =
    counter.write(Mux(isSwept, place, sweep.resize(HeldPlace.Width)),
      Mux(isSwept, counter.readAsync(place) + 1, U(0)), counts || !isSwept)
  count(claimed, io.place, io.claims && io.holds)
  count(left, io.leaves.payload, io.leaves.valid)
  count(answered, io.answered.payload, io.answered.valid)

  private val rests = Mem(UInt(io.rest.getWidth bits), places)
  rests.write(io.place, io.rest, io.claims && io.changes)
  private val isFree = claimed.readAsync(io.place) - left.readAsync(io.place) === answered.readAsync(io.place)
  io.isHere := !isFree && rests.readAsync(io.place) === io.rest
  io.holds := io.changes || io.isHere
  io.may := isSwept && (isFree || io.isHere || !io.changes)

  private val words = Mem(Bits(64 bits), places)
  io.found := words.readAsync(io.which)
  words.write(io.writePlace, io.write.payload, io.write.valid)
}
