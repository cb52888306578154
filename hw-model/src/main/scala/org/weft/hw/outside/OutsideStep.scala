package org.weft.hw.outside

import org.weft.hw.config.NicConfig
import org.weft.hw.packet.SmallQueue
import org.weft.hw.table.{Bucket, OutsideAccess, TableSlot}
import spinal.core._
import spinal.lib._

/** A bucket behind the memory port: a word for each slot. */
object OutsideBucket {
  private val TagShift = 32
  private val ValidBit = 48

  def slot(config: NicConfig, word: Bits): TableSlot = {
    val slot = TableSlot(config)
    slot.valid := word(ValidBit)
    slot.tag := word(TagShift, 16 bits)
    slot.entry := word(0, TagShift bits).asUInt.resized
    slot
  }

  def word(slot: TableSlot): Bits = (slot.valid ## slot.tag ## slot.entry.resize(TagShift)).resize(64)

  /** The beat of a bucket: of those with an even number or an odd one, from the table's first beat on. */
  def beat(config: NicConfig, first: UInt, row: UInt, odd: Bool): UInt =
    first + (row @@ odd.asUInt).resize(config.outsideBeatWidth)
}

/** What the table writer does behind the memory port: in one of its clocks, which lasts until that is done. Beats of keys are written
  * later; before slots. See docs/microarchitecture.md, [T7].
  */
case class OutsideStep(config: NicConfig) extends Component {
  val io = new Bundle {
    val access = slave(OutsideAccess(config))
    val advances = out Bool ()

    /** Beats that are read; they come in that order. */
    val reads = master(Stream(UInt(config.outsideBeatWidth bits)))
    val beat = slave(Flow(Bits(MemoryMaster.Bits bits)))

    /** Words that are written, and answered. */
    val writes = master(Stream(OutsideWrite(config)))
    val written = in Bool ()

    /** Lookups under way may look where something was; whether all that then were have ended. */
    val removes = out Bool ()
    val quiet = in Bool ()
  }
  import io.access._

  private object State extends SpinalEnum {
    val Idle, Read, Come, Write, Answer, Old, Quiet, Done = newElement()
  }
  private val state = Reg(State()) init State.Idle
  private val asks = readsBuckets || readsKey || writesSlots
  io.advances := !asks || state === State.Done
  private val isSecond = Reg(Bool()) // Of two beats, or slots; once something is asked.

  // Reads.
  private val evenBeat = OutsideBucket.beat(config, lookup.outsideBuckets, access.evenRow, False)
  private val oddBeat = OutsideBucket.beat(config, lookup.outsideBuckets, access.oddRow, True)
  private val keyBeat = lookup.outsideKeys + entry.resize(config.outsideBeatWidth)
  io.reads.valid := state === State.Read
  io.reads.payload := Mux(readsKey, keyBeat, Mux(isSecond, oddBeat, evenBeat))
  private val isOdd = Reg(Bool()) // Of the beat that comes next; once something is asked.
  private val read = Reg(Vec(Bits(MemoryMaster.Bits bits), 2)) // Once it has come; a key is the first.
  when(io.beat.valid) {
    isOdd := True
    for (i <- 0 until 2) when(isOdd === Bool(i == 1))(read(i) := io.beat.payload)
  }
  private def slots(beat: Bits): Vec[TableSlot] = Vec(beat.subdivideIn(64 bits).map(OutsideBucket.slot(config, _)))
  even := slots(read(0))
  odd := slots(read(1))
  key := read(0)

  // Beats of keys.
  private case class KeyBeat() extends Bundle {
    val beat = UInt(config.outsideBeatWidth bits)
    val number = UInt(widthOf(io.access.number) bits)
    val data = Bits(128 bits)
  }
  private val keys = SmallQueue(KeyBeat(), NicConfig.OutsideKeyBeats)
  keys.io.push.valid := writesKey
  keys.io.push.payload.beat := keyBeat
  keys.io.push.payload.number := number
  keys.io.push.payload.data := access.key
  private val isUpper = Reg(Bool()) init False
  private val unanswered = Reg(UInt(log2Up(2 * NicConfig.OutsideKeyBeats + 2) bits)) init 0
  unanswered := unanswered + io.writes.fire.asUInt - io.written.asUInt

  // Slots: of two the one that is there from then on first.
  private val both = access.even.orR && access.odd.orR
  private val first = Mux(both, access.oddSlot.valid, access.odd.orR)
  private val writesOdd = first ^ isSecond
  private val slotWord = OutsideBucket.beat(config, lookup.outsideBuckets,
    Mux(writesOdd, access.oddRow, access.evenRow), writesOdd) @@ OHToUInt(Mux(writesOdd, access.odd, access.even))
  private val isKey = !keys.io.isEmpty
  io.writes.valid := isKey || state === State.Write && unanswered === 0
  io.writes.word := Mux(isKey, keys.io.head.beat @@ keys.io.head.number @@ isUpper.asUInt, slotWord)
  io.writes.data := Mux(isKey, Mux(isUpper, keys.io.head.data(127 downto 64), keys.io.head.data(63 downto 0)),
    OutsideBucket.word(Mux(writesOdd, access.oddSlot, access.evenSlot)))
  when(isKey && io.writes.ready)(isUpper := !isUpper)
  keys.io.pop := isKey && io.writes.ready && isUpper

  io.removes := state === State.Old
  switch(state) {
    is(State.Idle) {
      isSecond := False
      isOdd := False
      when(asks)(state := Mux(writesSlots, State.Write, State.Read))
    }
    is(State.Read) {
      when(io.reads.ready) {
        isSecond := True
        when(readsKey || isSecond)(state := State.Come)
      }
    }
    is(State.Come) {
      when(io.beat.valid && (readsKey || isOdd))(state := State.Done)
    }
    is(State.Write) {
      when(!isKey && io.writes.fire)(state := State.Answer)
    }
    is(State.Answer) {
      when(io.written)(state := Mux(both && !isSecond, State.Old, State.Done))
    }
    is(State.Old) {
      isSecond := True
      state := State.Quiet
    }
    is(State.Quiet) {
      when(io.quiet)(state := State.Write)
    }
    is(State.Done)(state := State.Idle)
  }
}
