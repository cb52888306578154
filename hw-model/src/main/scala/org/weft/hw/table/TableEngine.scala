package org.weft.hw.table

import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** A lookup on its way to the comparison of tags. */
case class Lookup(config: NicConfig, sources: Int) extends Bundle {
  val source = UInt(log2Up(sources) max 1 bits)
  val context = UInt(6 bits)
  val map = UInt(config.tableMapWidth bits)
  val descriptor = LookupDescriptor(config)

  /** Of a trie: which of a lookup's searches it is. */
  val of = ProbeOf()
}

/** Looks keys up for some cores, a lookup for each beat of a key, with its own copy of directories and keys. The
  * pipeline stands still while a key is compared once more than foreseen. See docs/microarchitecture.md, 5 and [T1].
  *
  * {{{
  * clock  0      1     2     3     4    5    6
  *        taken  rows  rows  tags  key  key  compared, answer
  * }}}
  *
  * @param sources numbers of the cores
  */
case class TableEngine(config: NicConfig, sources: Seq[Int]) extends Component {
  private val many = sources.size

  val io = new Bundle {
    val requests = Vec(slave(TableRequest(config)), many)
    val answers = Vec(master(Flow(TableAnswer(config))), many)
    val descriptor = slave(Flow(TableDescriptorWrite(config)))

    /** The writer's port of the memories, and of the bits of entries that were used. */
    val access = in(TableAccess(config))
    val read = out(TableWords(config))
    val referred = slave(Flow(BitChange(config)))
    val row = in UInt (config.entryRowWidth bits)

    /** Something is gone that lookups could have found; whether all that were under way then have ended. */
    val removes = in Bool ()
    val quiet = out Bool ()
    val references = out Bits (32 bits)

    /** Lengths that the writer reads, of the clock before. */
    val ownLengths = out Bits (32 bits)
  }

  private val moves = Bool()
  private val memory = TableMemory(config)
  memory.io.access := io.access
  io.read := memory.io.read
  io.ownLengths := memory.io.ownLengths

  // Lookups in tries come as searches for prefixes of one length, as if from one more core.
  private val probes = TrieProbes(config, sources)
  private val tries = Mem(Bool(), 1 << config.tableMapWidth) // Of maps that are described.
  tries.write(io.descriptor.payload.map, io.descriptor.descriptor.lookup.isTrie, io.descriptor.valid)
  private val isTrie = io.requests.map(r => tries.readAsync(r.call.map.resize(config.tableMapWidth)))
  probes.io.descriptor << io.descriptor
  memory.io.lengthsRow := probes.io.row
  probes.io.lengths := memory.io.lengths

  // 0: a lookup is taken, the next one when the beats of its key have come; they come though nothing moves.
  private val spacing, incoming = Reg(UInt(NicConfig.KeyBeatWidth bits)) init 0
  private val turns =
    new LookupTurns(config, sources, io.requests.toSeq, isTrie.toSeq, probes, moves && spacing === 0)
  import turns.{call, takes}
  private val descriptors = Mem(LookupDescriptor(config), 1 << config.tableMapWidth)
  descriptors.write(io.descriptor.payload.map, io.descriptor.descriptor.lookup, io.descriptor.valid)
  private val descriptor = descriptors.readAsync(call.map.resize(config.tableMapWidth))
  when(moves && spacing =/= 0)(spacing := spacing - 1)
  when(incoming =/= 0)(incoming := incoming - 1)
  when(takes) {
    spacing := descriptor.beats - 1
    incoming := descriptor.beats - 1
  }
  private val first = Lookup(config, many)
  first.source := turns.source
  first.context := call.context
  first.map := call.map.resized
  first.descriptor := descriptor
  first.of := turns.of

  // Beats of keys on their way, each read when it is compared.
  private val keys = Mem(Bits(256 bits), TableEngine.BeatsUnderWay)
  private val last, compared = Reg(UInt(log2Up(TableEngine.BeatsUnderWay) bits)) init 0
  keys.write(last, turns.key, takes || incoming =/= 0)
  when(takes || incoming =/= 0)(last := last + 1)

  // 1 to 3: both buckets are read, their tags compared.
  private def stage[T <: Data](value: T): T = RegNextWhen(value, moves)
  private def stageOf(valid: Bool): Bool = RegNextWhen(valid, moves, False)
  private val atRows = stage(first)
  private val hash = stage(call.hash)
  private val (even, odd) = Bucket.both(config, hash, atRows.descriptor.bucketMask)
  memory.io.evenRow := Bucket.row(config, atRows.descriptor.firstRow, even)
  memory.io.oddRow := Bucket.row(config, atRows.descriptor.firstRow, odd)
  memory.io.moves := moves
  private val atTags = stage(stage(atRows))
  private val tag = stage(stage(hash(63 downto 48)))
  private val isAtTags = stageOf(stageOf(stageOf(takes)))
  private val slots = (memory.io.found.even ++ memory.io.found.odd).toSeq
  private val matches = Bucket.matches(memory.io.found.odd, tag) ## Bucket.matches(memory.io.found.even, tag)
  private val chosen = OHMasking.first(matches)
  private val entry = Choice(slots.map(_.entry), OHToUInt(chosen))

  // What is asked again when a key is another one: kept in a ring.
  private case class Kept() extends Bundle {
    val lookup = Lookup(config, many)
    val has = Bool()
    val rest = Bits(2 * Bucket.Slots bits)
    val entries = Vec(UInt(config.entryWidth bits), 2 * Bucket.Slots)
  }
  private val ring = Mem(Kept(), TableEngine.Compared)
  private val begun, ended = Reg(UInt(log2Up(TableEngine.Compared) bits)) init 0
  private val keeping = Kept()
  keeping.lookup := atTags
  keeping.has := matches.orR && !(atTags.of.isProbe && atTags.of.none)
  keeping.rest := matches & ~chosen
  keeping.entries := Vec(slots.map(_.entry))
  ring.write(begun, keeping, moves && isAtTags)
  when(moves && isAtTags)(begun := begun + 1)
  private val kept = ring.readAsync(ended)
  private val its = kept.lookup.descriptor

  // What comes behind a lookup's answer is thrown away.
  private val of = kept.lookup.of
  private val isAnswered = Reg(Bool()) init False
  private val answered = Reg(UInt(TrieProbes.NumberWidth bits)) // Where it is looked at.
  private val isLate = of.isProbe && isAnswered && of.lookup === answered

  // 4: the beats of a key are asked for.
  private case class Beat() extends Bundle {
    val valid, last = Bool()
    val address = UInt(config.entryWidth bits)
    val entry = UInt(config.entryWidth bits)
    val stride = UInt(config.mapWordWidth bits)
  }
  private val asking = Reg(Bool()) init False
  private val left = Reg(UInt(NicConfig.KeyBeatWidth bits)) // The beats behind this one; while asking.
  private val asked = Reg(Beat()) // While asking.
  private val apart = Reg(UInt(config.entryWidth bits)) // While asking.
  when(moves) {
    left := left - 1
    asked.address := asked.address + apart
    when(left === 0)(asking := False)
    when(isAtTags) {
      asking := True
      left := atTags.descriptor.beats - 1
      apart := atTags.descriptor.room.resized
      asked.address := atTags.descriptor.firstBeat + entry
      asked.entry := entry
      asked.stride := atTags.descriptor.stride
    }
  }

  // Another key: its beats, then the one that was on its way.
  private val again = Reg(Bool()) init False
  private val more = Reg(UInt(NicConfig.KeyBeatWidth bits)) // The beats to come; while again.
  private val other = Reg(Beat()) // While again.
  private val otherIsThere = Reg(Bool()) // While repeated.
  private val repeated = Reg(Bool()) init False
  private val held = Reg(Beat()) // While again.
  private val planned, once = Beat()
  planned := asked
  planned.valid.removeAssignments() := moves && asking
  planned.last.removeAssignments() := left === 0
  once := other
  once.last.removeAssignments() := more === 1
  private val beat = Mux(again, Mux(more === 0, held, once), planned)
  when(again) {
    more := more - 1
    other.address := other.address + its.room.resized
    when(more === 0)(again := False)
  }
  memory.io.beat := beat.address

  // 5 and 6: it comes and is compared.
  private val fails = Bool()
  private val coming = Reg(Beat())
  coming := beat
  coming.valid.init(False)
  private val here = Reg(Beat())
  here := coming
  here.valid.init(False)
  when(fails)(here.valid := False)
  private val product = RegNext(RegNext((beat.entry * beat.stride).resize(config.mapWordWidth)))
  private val same = Reg(Bool()) init True
  private val wanted = keys.readAsync(compared)
  private val isSame = same && KeyBeat.isSame(memory.io.found.key, wanted(127 downto 0), wanted(255 downto 128),
    its.hasValue && here.last)
  private val has = Mux(repeated, otherIsThere, kept.has)
  private val isLast = here.valid && here.last
  fails := isLast && has && !isSame && !isLate
  moves := !fails && !again
  private val rest = Reg(Bits(2 * Bucket.Slots bits)) // While repeated.
  private val remaining = Mux(repeated, rest, kept.rest)
  private val next = OHMasking.first(remaining)
  private val nextEntry = Choice(kept.entries, OHToUInt(next))
  when(here.valid) {
    compared := compared + 1
    same := isSame || here.last
  }
  when(isLast) {
    repeated := fails
  }
  when(fails) {
    compared := compared + 1 - its.beats
    again := True
    more := its.beats
    other.valid := True
    other.address := its.firstBeat + nextEntry
    other.entry := nextEntry
    other.stride := its.stride
    otherIsThere := remaining.orR
    rest := remaining & ~next
    held := coming
  }
  private val ends = isLast && !fails
  when(ends)(ended := ended + 1)
  private val answers = ends && (!of.isProbe || !isLate && (has || of.last))
  when(answers && of.isProbe) {
    isAnswered := True
    answered := of.lookup
  }
  probes.io.answered.valid := answers && of.isProbe
  probes.io.answered.payload := of.lookup
  private val underWay, old = Reg(UInt(TableEngine.UnderWayWidth bits)) init 0
  underWay := underWay + takes.asUInt - ends.asUInt
  old := Mux(io.removes, underWay, old) - (ends && (io.removes || !io.quiet)).asUInt
  io.quiet := old === 0
  for ((answer, i) <- io.answers.zipWithIndex) {
    answer.valid := answers && kept.lookup.source === i
    answer.context := kept.lookup.context
    answer.result := 0
    when(has) {
      val address = (kept.lookup.map.resize(32) + 1) ## (product << 3).resize(32)
      answer.result := Mux(its.hasValue, memory.io.found.key(127 downto 64), address)
    }
  }

  // What was found was used; what the writer writes in the same clock goes first, the use is forgotten.
  private def isNear(row: UInt): Bool =
    if (config.outsideTables) (row >> (config.nearBeatWidth - 5)) === 0 else True
  private val isReferred = io.referred.valid && isNear(io.referred.row)
  private val references = EntryBits(config, config.nearEntryRows)
  references.io.change.valid := isReferred || ends && has && its.evicts
  references.io.change.payload := Mux(isReferred, io.referred.payload,
    BitChange.of(config, its.firstBeat + here.entry, True))
  references.io.row := io.row
  io.references := references.io.bits & RegNext(isNear(io.row)) #* 32
}

object TableEngine {

  /** Room for beats of keys from when they come to when their key is another one no more: of two keys, and 6. */
  private val BeatsUnderWay = 32

  /** Bits of the number of lookups under way: of short keys one in each stage. */
  private val UnderWayWidth = 4

  /** Lookups from the comparison of tags to that of keys. */
  private val Compared = 4
}
