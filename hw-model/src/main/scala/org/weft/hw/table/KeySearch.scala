package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** How the table writer looks for its job's key: slots of both buckets with the same tag, one after the other, whose keys are
  * compared a beat a clock.
  *
  * @param searches whether it does so in this clock
  * @param step of the search, from 1 on
  * @param read what was read two clocks ago
  * @param key the beat of the key that is compared, and which of its bits count
  */
class KeySearch(config: NicConfig, job: WriterJob, searches: Bool, step: UInt, read: TableWords, key: Bits, mask: Bits)
    extends Area {
  import job.{call, isNext, isValid, lookup}

  /** Whether there is a slot whose key is being compared, and then has been found; where. From the tags on. */
  val hasCandidate: Bool = Reg(Bool())
  val place: OwnSlot = Reg(OwnSlot())
  private val others = Reg(Bits(2 * Bucket.Slots bits))

  /** Whether a beat is compared in this clock. */
  val compares: Bool = searches && step >= KeySearch.Compared
  private val isLast = searches && step === lookup.beats.resize(5) + (KeySearch.Compared - 1)
  private val same = Reg(Bool()) init True
  private val isSame = same && KeyBeat.isSame(read.key, key, mask | !lookup.isTrie #* 128, lookup.hasValue && isLast)
  same := !compares || isSame || isLast

  /** Whether it was another key, so that the next one with its tag is to be compared; whether all is known. */
  val fails: Bool = isLast && hasCandidate && !isSame && !isNext
  val decides: Bool = isLast && !fails

  /** Whether slots of both buckets are there. */
  val isTags: Bool = searches && step === KeySearch.Tags
  private val matching = {
    val tag = call.hash(63 downto 48)
    val same = (Bucket.matches(read.odd, tag) ## Bucket.matches(read.even, tag)) & isValid #* (2 * Bucket.Slots)
    Mux(isTags, same, others)
  }
  when(isTags || fails) {
    val one = OHMasking.first(matching)
    val Seq(even, odd) = one.subdivideIn(Bucket.Slots bits).toSeq
    hasCandidate := matching.orR
    place.odd := odd.orR
    place.slot := OHToUInt(odd | even)
    others := matching & ~one
  }
}

/** Steps of a search: tags are here; the first beat of a key is asked for; it is here. */
object KeySearch {
  val Tags = 3
  val Asked = 4
  val Compared = 6
}
