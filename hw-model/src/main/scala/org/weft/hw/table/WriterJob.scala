package org.weft.hw.table

import org.weft.hw.config.{Choice, NicConfig}
import spinal.core._
import spinal.lib._

/** What the table writer is asked for: one requester after the other, in turn; its key comes a beat a clock, from the clock
  * on in which it is taken.
  *
  * @param takes whether the next one can be taken in this clock
  */
class WriterJob(config: NicConfig, requests: Seq[TableRequest], described: Flow[TableDescriptorWrite], takes: Bool)
    extends Area {
  private val wants = Vec(requests.map(_.valid)).asBits

  /** Whether one is taken, of whom; what it asks for, and of which table. */
  val begins: Bool = takes && wants.orR
  private val one = RoundRobin(wants, begins, 0)
  private val source = OHToUInt(one)
  private val descriptors = Mem(TableDescriptor(config), 1 << config.tableMapWidth)
  descriptors.write(described.payload.map, described.descriptor, described.valid)
  val asked: TableCall = Choice(requests.map(_.call), source)
  private val askedTable = descriptors.readAsync(asked.map.resize(config.tableMapWidth))
  val askedLookup: LookupDescriptor = askedTable.lookup
  for ((request, i) <- requests.zipWithIndex) request.takes := begins && one(i)

  /** The same of the one that is under way; whether it began in the clock before. */
  val who: UInt = RegNextWhen(source, begins)
  val call: TableCall = RegNextWhen(asked, begins)
  val map: UInt = call.map.resize(config.tableMapWidth)
  val table: TableDescriptor = RegNextWhen(askedTable, begins)
  val lookup: LookupDescriptor = table.lookup
  val isOutside: Bool = if (config.outsideTables) lookup.isOutside else False
  val starts: Bool = RegNext(begins) init False
  val isUpdate: Bool = call.operation === Operation.Update
  val isDelete: Bool = call.operation === Operation.Delete
  val isNext: Bool = call.operation === Operation.Next
  val reads: Bool = !isUpdate && !isDelete

  // Its key.
  private val keys = Mem(Bits(128 bits), NicConfig.KeyBeats)
  private val arrived = Reg(UInt(log2Up(NicConfig.KeyBeats) bits)) init 0
  private val toCome = Reg(UInt(NicConfig.KeyBeatWidth bits)) init 0
  private val comes = begins || toCome =/= 0

  /** The beat that comes, and whether all have come behind it. */
  val arriving: Bits = Choice(requests.map(_.key), Mux(begins, source, who))
  val isWhole: Bool = toCome <= 1
  keys.write(Mux(begins, U(0), arrived), arriving, comes)
  when(comes)(arrived := Mux(begins, U(1), arrived + 1).resized)
  when(begins) {
    toCome := askedLookup.beats - 1
  } elsewhen (toCome =/= 0) {
    toCome := toCome - 1
  }

  /** Bits of a trie's prefix, and whether it can have so many. */
  val length: UInt = RegNextWhen(arriving(31 downto 0).asUInt, begins)
  val isValid: Bool = !lookup.isTrie || length <= lookup.prefixBits

  /** The beat of the key that is used in this clock: the one of the prefix that is hashed, or another. */
  def beat(hashes: Bool, wordAt: UInt, other: UInt): Bits =
    keys.readAsync(Mux(hashes, (wordAt >> 1).resize(arrived.getWidth), other))

  /** Of a trie the prefix: its words go to the hash, and what of them counts comes back, as the call's hash, and as masks.
    *
    * @param hashes whether the word of this number goes there, if there is one
    * @param key its beat
    * @return whether the hash is there; the mask of a beat of the key by its number
    */
  def hash(hashes: Bool, wordAt: UInt, key: Bits): (Bool, UInt => Bits) = {
    val prefix = PrefixHash()
    prefix.io.advances := True
    when(prefix.io.hash.valid)(call.hash := prefix.io.hash.payload)
    prefix.io.word.valid := hashes && wordAt < lookup.keyWords
    prefix.io.word.data := Mux(wordAt.lsb, key(127 downto 64), key(63 downto 0))
    prefix.io.word.number := wordAt.resized
    prefix.io.word.last := wordAt === lookup.keyWords - 1
    prefix.io.word.length := length.resized
    prefix.io.word.seed := lookup.seed
    val masks = Mem(Bits(128 bits), NicConfig.PrefixBeats)
    val masked = prefix.io.masked
    masks.write((masked.number >> 1).resize(log2Up(NicConfig.PrefixBeats)), masked.mask #* 2, masked.valid,
      masked.number.lsb ## !masked.number.lsb)
    (prefix.io.hash.valid, number => masks.readAsync(number.resize(log2Up(NicConfig.PrefixBeats))))
  }
}
