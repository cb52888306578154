package org.weft.hw.outside

import org.weft.hw.config.{Choice, NicConfig}
import org.weft.hw.packet.SmallQueue
import org.weft.hw.table._
import spinal.core._
import spinal.lib._

/** Whose a beat is that tables read: a bucket of a lookup, or a key that is compared; or the table writer's. */
case class OutsideTag() extends Bundle {
  val kind = UInt(2 bits)
  val slot = UInt(OutsideEngine.SlotWidth bits)
}

object OutsideTag {
  val Even = 0
  val Odd = 1
  val Key = 2
  val Writer = 3
}

/** A beat that tables read. */
case class OutsideRead(config: NicConfig) extends Bundle {
  val beat = UInt(config.outsideBeatWidth bits)
  val tag = OutsideTag()
}

/** Such a beat, when it has come. */
case class OutsideBeat() extends Bundle {
  val data = Bits(MemoryMaster.Bits bits)
  val tag = OutsideTag()
}

/** Looks keys up behind the memory port, for all cores. Lookups under way have a slot each; they end in their order. See
  * docs/microarchitecture.md, [T7].
  *
  * {{{
  * clock  0      1     2     3    4 + L  5 + L    6 + L   7 + L  8 + 2 L  9 + 2 L   10 + 2 L  11 + 2 L
  *        taken  hash  even  odd  comes  matches  chosen  key    comes    compared  done      ends
  * }}}
  */
case class OutsideEngine(config: NicConfig) extends Component {
  import OutsideEngine._
  private val many = config.cores
  private val sources = 0 until many
  private val width = config.entryWidth
  private val choices = 2 * Bucket.Slots

  val io = new Bundle {
    val requests = Vec(slave(TableRequest(config)), many)
    val answers = Vec(master(Flow(TableAnswer(config))), many)
    val descriptor = slave(Flow(TableDescriptorWrite(config)))

    /** What the table writer says to engines. */
    val access = in(TableAccess(config))
    val referred = slave(Flow(BitChange(config)))
    val row = in UInt (config.entryRowWidth bits)
    val references = out Bits (32 bits)
    val removes = in Bool ()
    val quiet = out Bool ()

    val reads = master(Stream(OutsideRead(config)))
    val beat = slave(Flow(OutsideBeat()))
  }

  private val descriptors = Mem(LookupDescriptor(config), 1 << config.tableMapWidth)
  descriptors.write(io.descriptor.payload.map, io.descriptor.descriptor.lookup, io.descriptor.valid)

  // Lookups in tries come as searches for prefixes of one length, as if from one more core.
  private val probes = TrieProbes(config, sources)
  private val lengths = PrefixLengths(config, io.access)
  probes.io.descriptor << io.descriptor
  probes.io.lengths := lengths.read(probes.io.row)
  private val isTrie = io.requests.map(r => descriptors.readAsync(r.call.map.resize(config.tableMapWidth)).isTrie)

  // 0: a lookup is taken, the next one when the beats of its key have come.
  private val underWay, old = Reg(UInt(SlotWidth + 1 bits)) init 0
  private val tail, head = Reg(UInt(SlotWidth bits)) init 0
  private val coming = Reg(UInt(NicConfig.KeyBeatWidth bits)) init 0
  private val turns =
    new LookupTurns(config, sources, io.requests.toSeq, isTrie.toSeq, probes, coming === 0 && !underWay.msb)
  import turns.{call, takes}
  private val beats = descriptors.readAsync(call.map.resize(config.tableMapWidth)).beats
  when(takes) {
    coming := beats - 1
    tail := tail + 1
  } elsewhen (coming =/= 0)(coming := coming - 1)

  private case class Taken() extends Bundle {
    val source = UInt(log2Up(many) max 1 bits)
    val context = UInt(6 bits)
    val map = UInt(config.tableMapWidth bits)
    val tag = Bits(16 bits)
    val of = ProbeOf()
  }
  private val infos = Mem(Taken(), Slots)
  private val info = Taken()
  info.source := turns.source
  info.context := call.context
  info.map := call.map.resized
  info.tag := call.hash(63 downto 48)
  info.of := turns.of
  infos.write(tail, info, takes)

  // Its key, and which bits of it count.
  private val which = Reg(UInt(log2Up(NicConfig.OutsideKeyBeats) bits)) // While beats come.
  private val number = Mux(takes, U(0, which.getWidth bits), which)
  which := number + 1
  private val whose = Mux(takes, tail, RegNextWhen(tail, takes))
  private val wanted = for (i <- 0 until NicConfig.OutsideKeyBeats) yield {
    val keys = Mem(Bits(256 bits), Slots)
    keys.write(whose, turns.key, (takes || coming =/= 0) && number === i)
    keys
  }

  // 1: its buckets are to be read, one after the other.
  private case class Rows() extends Bundle {
    val slot = UInt(SlotWidth bits)
    val even, odd = UInt(config.outsideBeatWidth bits)
  }
  private val rows = SmallQueue(Rows(), Slots)
  private val hash = RegNext(call.hash)
  private val table = RegNext(descriptors.readAsync(call.map.resize(config.tableMapWidth)))
  private val (even, odd) = Bucket.both(config, hash, table.bucketMask)
  rows.io.push.valid := RegNext(takes) init False
  rows.io.push.payload.slot := RegNext(tail)
  for ((beat, bucket) <- Seq(rows.io.push.payload.even -> even, rows.io.push.payload.odd -> odd))
    beat := table.outsideBuckets + bucket.resize(config.outsideBeatWidth)

  // What is read next: a key that is to be compared, else a bucket.
  private case class Asked() extends Bundle {
    val slot = UInt(SlotWidth bits)
    val beat = UInt(config.outsideBeatWidth bits)
  }
  private val asked = SmallQueue(Asked(), Slots)
  private val isKey = !asked.io.isEmpty
  private val isOdd = Reg(Bool()) init False
  io.reads.valid := isKey || !rows.io.isEmpty
  io.reads.beat := Mux(isKey, asked.io.head.beat, Mux(isOdd, rows.io.head.odd, rows.io.head.even))
  io.reads.tag.kind := Mux(isKey, U(OutsideTag.Key, 2 bits), Mux(isOdd, U(OutsideTag.Odd, 2 bits), U(OutsideTag.Even, 2 bits)))
  io.reads.tag.slot := Mux(isKey, asked.io.head.slot, rows.io.head.slot)
  asked.io.pop := isKey && io.reads.ready
  private val popsRow = !isKey && io.reads.fire
  isOdd := isOdd ^ popsRow
  rows.io.pop := popsRow && isOdd

  // A beat comes and is compared: tags of a bucket, or a key.
  private val came = RegNext(io.beat.payload) // Looked at when it has come.
  private val hasCome = RegNext(io.beat.valid) init False
  private val its = infos.readAsync(came.tag.slot)
  private val its2 = descriptors.readAsync(its.map)
  private val slots = Vec(came.data.subdivideIn(64 bits).map(OutsideBucket.slot(config, _)))
  private val matches = RegNext(Bucket.matches(slots, its.tag) & (!(its.of.isProbe && its.of.none)) #* Bucket.Slots)
  private val entries = RegNext(Vec(slots.map(_.entry)))
  private val sameBeats = for ((keys, i) <- wanted.zipWithIndex) yield {
    val key = keys.readAsync(came.tag.slot)
    its2.beats <= i || KeyBeat.isSame(came.data(128 * i, 128 bits), key(127 downto 0), key(255 downto 128),
      its2.hasValue && its2.beats === i + 1)
  }
  private val isSame = RegNext(sameBeats.reduce(_ && _))
  private val value = RegNext(Choice(came.data.subdivideIn(128 bits).map(_(127 downto 64)),
    (its2.beats - 1).resize(log2Up(NicConfig.OutsideKeyBeats))))
  private val firstKey = RegNext(its2.outsideKeys)
  private val slot = RegNext(came.tag.slot)
  private val kind = RegNext(came.tag.kind)
  private val decides = RegNext(hasCome) init False

  // What is found: the first match, or the next one if the key was another one.
  private val evenMatches = RegNextWhen(matches, decides && kind === OutsideTag.Even)
  private val evenEntries = RegNextWhen(entries, decides && kind === OutsideTag.Even)
  private val isBuckets = decides && kind === OutsideTag.Odd
  private val isCompared = decides && kind === OutsideTag.Key
  private val rests = Mem(Bits(choices bits), Slots)
  private val kept = Mem(Vec(UInt(width bits), choices), Slots)
  private val found = Vec((evenEntries ++ entries).toSeq)
  private val open = Mux(isBuckets, matches ## evenMatches, rests.readAsync(slot))
  private val all = Mux(isBuckets, found, kept.readAsync(slot))
  private val first = OHMasking.first(open)
  private val next = Choice(all.toSeq, OHToUInt(first))
  private val goesOn = open.orR && (isBuckets || isCompared && !isSame)
  rests.write(slot, open & ~first, goesOn)
  kept.write(slot, found, isBuckets)
  private val compared = Mem(UInt(width bits), Slots)
  compared.write(slot, next, goesOn)
  asked.io.push.valid := goesOn
  asked.io.push.payload.slot := slot
  asked.io.push.payload.beat := firstKey + next.resize(config.outsideBeatWidth)

  private case class Result() extends Bundle {
    val has = Bool()
    val entry = UInt(width bits)
    val value = Bits(64 bits)
  }
  private val results = Mem(Result(), Slots)
  private val isDone = (isBuckets || isCompared) && !goesOn
  private val done = Reg(Bits(Slots bits)) init 0
  private val result = Result()
  result.has := isCompared && isSame
  result.entry := compared.readAsync(slot)
  result.value := value
  results.write(slot, result, isDone)

  // Lookups end in their order. What comes behind the answer of a lookup in a trie is thrown away.
  private val ends = done(head)
  private val ending = infos.readAsync(head)
  private val ended = results.readAsync(head)
  private val endingTable = descriptors.readAsync(ending.map)
  done := (done | Mux(isDone, UIntToOh(slot, Slots), B(0, Slots bits))) & ~Mux(ends, UIntToOh(head, Slots), B(0, Slots bits))
  when(ends)(head := head + 1)
  private val of = ending.of
  private val isAnswered = Reg(Bool()) init False
  private val answered = Reg(UInt(TrieProbes.NumberWidth bits)) // Where it is looked at.
  private val isLate = of.isProbe && isAnswered && of.lookup === answered
  private val answers = ends && (!of.isProbe || !isLate && (ended.has || of.last))
  when(answers && of.isProbe) {
    isAnswered := True
    answered := of.lookup
  }
  probes.io.answered.valid := answers && of.isProbe
  probes.io.answered.payload := of.lookup
  underWay := underWay + takes.asUInt - ends.asUInt
  old := Mux(io.removes, underWay, old) - (ends && (io.removes || !io.quiet)).asUInt
  io.quiet := old === 0

  private def later[T <: Data](value: T): T = RegNext(RegNext(value))
  private val answer = TableAnswer(config)
  answer.context := later(ending.context)
  private val offset = later((ended.entry * endingTable.stride).resize(config.mapWordWidth))
  private val address = (later(ending.map).resize(32) + 1) ## (offset << 3).resize(32)
  answer.result := Mux(later(ended.has), Mux(later(endingTable.hasValue), later(ended.value), address), B(0, 64 bits))
  private val leaves = RegNext(RegNext(answers) init False) init False
  for ((to, i) <- io.answers.zipWithIndex) {
    to.valid := leaves && later(ending.source) === i
    to.payload := answer
  }

  // What was found was used; what the writer writes in the same clock goes first, the use is forgotten.
  private val nearRows = 1 << config.nearBeatWidth - 5
  private def isOwn(row: UInt): Bool = row >= nearRows
  private val isReferred = io.referred.valid && isOwn(io.referred.row)
  private val references = EntryBits(config, config.memoryEntries / 32)
  private val use = BitChange.of(config, endingTable.firstBeat + ended.entry, True)
  private val change = Mux(isReferred, io.referred.payload, use)
  references.io.change.valid := isReferred || ends && ended.has && endingTable.evicts
  references.io.change.payload := change
  references.io.change.row.removeAssignments() := change.row - nearRows
  references.io.row := io.row - nearRows
  io.references := references.io.bits & RegNext(isOwn(io.row)) #* 32
}

object OutsideEngine {

  /** Lookups that can be under way. */
  val SlotWidth = 5
  val Slots: Int = 1 << SlotWidth
}
