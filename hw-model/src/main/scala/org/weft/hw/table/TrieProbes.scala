package org.weft.hw.table

import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** A search for a prefix of one length. */
case class TrieProbe(config: NicConfig, sources: Int) extends Bundle with IMasterSlave {
  val valid, takes = Bool()
  val call = TableCall(config)
  val source = UInt(log2Up(sources) max 1 bits)
  val of = ProbeOf()

  /** The key's first beat, and the bits of it that count; the others come in the clocks that follow. */
  val key, mask = Bits(128 bits)

  override def asMaster(): Unit = {
    out(valid, call, source, of, key, mask)
    in(takes)
  }
}

/** What a search is one of. */
case class ProbeOf() extends Bundle {

  /** Of a trie; a number that tells its lookup from those before and behind it. */
  val isProbe = Bool()
  val lookup = UInt(TrieProbes.NumberWidth bits)

  /** Whether no shorter prefix is tried if there is none of this length; whether there is no such length. */
  val last, none = Bool()
}

/** Makes of lookups in tries the searches for prefixes of the lengths that occur, longest first, until one is found. A
  * search begins each word of the key's clocks; lengths are looked at 32 at a time, and if none of these occurs, that
  * takes a clock. See docs/microarchitecture.md, [T6].
  *
  * {{{
  * clock  0      1        2       3     4    5    6    7
  *        taken  lengths  length  mask  add  CRC  mix  mixed: can be taken as a lookup
  * }}}
  *
  * @param cores numbers of the cores that ask
  */
case class TrieProbes(config: NicConfig, cores: Seq[Int]) extends Component {
  private val sources = cores.size
  private val mapWidth = config.tableMapWidth
  private val beatWidth = log2Up(TrieProbes.Beats)

  val io = new Bundle {

    /** Lookups in tries. */
    val requests = Vec(slave(TableRequest(config)), sources)
    val descriptor = slave(Flow(TableDescriptorWrite(config)))

    /** Lengths that occur, from the longest on, a row of 32; there in the clock after. */
    val row = out UInt (mapWidth + log2Up(NicConfig.LengthWords) bits)
    val lengths = in Bits (32 bits)
    val probe = master(TrieProbe(config, sources))

    /** A lookup is answered, and needs no more. */
    val answered = slave(Flow(UInt(TrieProbes.NumberWidth bits)))
  }

  private val hash = PrefixHash()
  private val advances = !hash.io.hash.valid || io.probe.takes
  hash.io.advances := advances

  // A call that is taken, its key.
  private val active, loading, halted = Reg(Bool()) init False
  private val finishes = Bool()
  private val wants = Vec(io.requests.map(_.valid)).asBits
  private val takes = (!active || finishes) && wants.orR
  private val one = RoundRobin(wants, takes, RoundRobin.behindFirst(cores))
  private val source = OHToUInt(one).resize(log2Up(sources) max 1)
  private val asked = Choice(io.requests.map(_.call), source)
  for ((request, i) <- io.requests.zipWithIndex) {
    request.takes := takes && one(i)
    request.nextWord := False
  }
  private val descriptors = Mem(LookupDescriptor(config), 1 << mapWidth)
  descriptors.write(io.descriptor.payload.map, io.descriptor.descriptor.lookup, io.descriptor.valid)
  private val map = RegNextWhen(asked.map.resize(mapWidth), takes)
  private val trie = RegNextWhen(descriptors.readAsync(asked.map.resize(mapWidth)), takes)
  private val toCome = Reg(UInt(NicConfig.KeyBeatWidth bits)) init 0
  private val arrived = Reg(UInt(log2Up(NicConfig.PrefixBeats) bits)) // While beats come.
  private val from = Mux(takes, source, RegNextWhen(source, takes))
  private val arriving = Choice(io.requests.map(_.key), from)
  private val keys = Mem(Bits(128 bits), NicConfig.PrefixBeats)
  keys.write(Mux(takes, U(0), arrived), arriving, takes || toCome =/= 0)
  arrived := Mux(takes, U(1), arrived + 1)
  when(takes) {
    toCome := descriptors.readAsync(asked.map.resize(mapWidth)).beats - 1
  } elsewhen (toCome =/= 0) {
    toCome := toCome - 1
  }
  private val length = RegNextWhen(arriving(31 downto 0).asUInt, takes)
  private val lookup = Reg(UInt(TrieProbes.NumberWidth bits)) init 0
  when(takes)(lookup := lookup + 1)

  // Lengths from its own on: their numbers count down from the longest one.
  private val isValid = length <= trie.prefixBits
  private val first = trie.prefixBits - length.resize(NicConfig.PrefixWidth)
  private val at = Reg(UInt(log2Up(NicConfig.LengthWords) bits)) // While active.
  private val rest = Reg(Bits(32 bits)) // As well: lengths still to be tried.
  private val wordAt = Reg(UInt(NicConfig.PrefixWordWidth bits)) init 0
  private val nextAt = UInt(at.getWidth bits)
  private val ones = B(32 bits, default -> True)
  private val firstWord = first >> 5
  private val allowed = Mux(nextAt < firstWord || !isValid, ~ones,
    Mux(nextAt === firstWord, ones |<< first(4 downto 0), ones))
  private val choice = OHMasking.first(rest)
  private val remaining = rest & ~choice
  private val isLastWord = at === trie.prefixBits >> 5 || !isValid
  private val halts = halted || io.answered.valid && io.answered.payload === lookup
  private val stops = active && !loading && halts && wordAt === 0
  private val chooses = active && !loading && !stops && advances
  private val emits = rest.orR || isLastWord
  private val endsKey = wordAt === trie.keyWords - 1
  private val isFinal = !remaining.orR && isLastWord
  private val goesOn = chooses && (!emits || endsKey && !remaining.orR && !isLastWord)
  finishes := chooses && emits && endsKey && (isFinal || halts)
  nextAt := Mux(loading, U(0), Mux(goesOn, at + 1, at))
  io.row := Mux(takes, asked.map.resize(mapWidth) @@ U(0, at.getWidth bits), map @@ (nextAt + 1))
  when(halts)(halted := True)
  when(chooses && emits) {
    wordAt := Mux(endsKey, U(0), wordAt + 1)
    when(endsKey)(rest := remaining)
  }
  when(loading || goesOn) {
    at := nextAt
    rest := io.lengths & allowed
  }
  loading := takes
  when(stops || finishes)(active := False)
  when(!active || stops || finishes)(halted := False)
  when(takes)(active := True)

  // To the hash; what is known of a search keeps step with it.
  private def stage[T <: Data](value: T): T = RegNextWhen(value, advances)
  private val word = PrefixWord()
  private val beat = keys.readAsync((wordAt >> 1).resize(log2Up(NicConfig.PrefixBeats)))
  word.data := Mux(wordAt.lsb, beat(127 downto 64), beat(63 downto 0))
  word.number := wordAt
  word.last := endsKey
  word.length := trie.prefixBits - (at @@ OHToUInt(choice)).resize(NicConfig.PrefixWidth)
  word.seed := trie.seed
  hash.io.word.valid := RegNextWhen(chooses && emits, advances, False)
  hash.io.word.payload := stage(word)
  private val of = ProbeOf()
  of.isProbe := True
  of.lookup := lookup
  of.last := isFinal
  of.none := !rest.orR

  // Masked beats, until the search for them is taken.
  private val masked = hash.io.masked
  private val ring = Mem(Bits(256 bits), TrieProbes.Beats)
  private val end, start = Reg(UInt(beatWidth bits)) init 0
  private val upper = masked.number.lsb
  // The upper half of a beat counts for nothing until that comes.
  ring.write(end, Mux(upper, masked.mask, B(0, 64 bits)) ## masked.mask ## masked.data ## masked.data,
    masked.valid && advances, True ## !upper ## True ## !upper)
  when(masked.valid && advances && (upper || masked.last))(end := end + 1)
  private val left = Reg(UInt(NicConfig.KeyBeatWidth bits)) init 0
  private val beats = Bits(256 bits)
  beats := ring.readAsync(start)
  io.probe.key := beats(127 downto 0)
  io.probe.mask := beats(255 downto 128)

  // Whose it is.
  private case class Caller() extends Bundle {
    val source = UInt(log2Up(sources) max 1 bits)
    val context = UInt(6 bits)
    val map = UInt(8 bits)
    val beats = UInt(NicConfig.KeyBeatWidth bits)
  }
  private val callers = Mem(Caller(), 1 << TrieProbes.NumberWidth)
  private val caller = Caller()
  caller.source := source
  caller.context := asked.context
  caller.map := asked.map
  caller.beats := descriptors.readAsync(asked.map.resize(mapWidth)).beats
  callers.write(lookup + 1, caller, takes)
  io.probe.of := (0 until TrieProbes.Stages).foldLeft(of)((o, _) => stage(o))
  private val its = callers.readAsync(io.probe.of.lookup)
  io.probe.valid := hash.io.hash.valid
  io.probe.source := its.source
  io.probe.call.map := its.map
  io.probe.call.operation := Operation.Lookup
  io.probe.call.context := its.context
  io.probe.call.cpu := 0
  io.probe.call.flags := 0
  io.probe.call.hash := hash.io.hash.payload
  when(io.probe.takes)(left := its.beats - 1) elsewhen (left =/= 0)(left := left - 1)
  when(io.probe.takes || left =/= 0)(start := start + 1)
}

object TrieProbes {

  /** Room for beats of keys that were masked, until they are compared: of 6 searches. */
  private val Beats = 8

  /** Bits of a lookup's number: fewer are under way, here and in the engine. */
  val NumberWidth = 4

  /** Clocks from the choice of a length to when its search can be taken. */
  private val Stages = 5
}
