package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._

/** Where a table's keys are found, and what an answer is made of: what engines know of it. */
case class LookupDescriptor(config: NicConfig) extends Bundle {

  /** First row of its buckets, in the even ones' memory and in the odd ones'; number of buckets, less one. */
  val firstRow = UInt(config.tableRowWidth bits)
  val bucketMask = UInt(config.bucketWidth bits)

  /** First beat of keys, a multiple of 32; beats of a key; entries: the beats of one key are as far apart. */
  val firstBeat = UInt(config.entryWidth bits)
  val beats = UInt(NicConfig.KeyBeatWidth bits)
  val room = UInt(config.entryWidth + 1 bits)

  /** Words of a value. */
  val stride = UInt(config.mapWordWidth bits)

  /** Whether a full map evicts. */
  val evicts = Bool()

  /** Whether the upper half of a key's last beat is no key but a value, which is the answer. */
  val hasValue = Bool()

  /** Whether keys are prefixes, whose hash is made by who searches; bytes of such a key, and what is added to its words. */
  val isTrie = Bool()
  val keyBytes = UInt(NicConfig.PrefixKeyWidth bits)
  val seed = UInt(64 bits)

  /** Whether it lies behind the memory port; the beats there that its buckets, and its keys, begin with. `firstRow` is 0 then, and `firstBeat` the
    * place of the first entry in what the NIC knows of entries.
    */
  val isOutside = if (config.outsideTables) Bool() else null
  val outsideBuckets, outsideKeys = if (config.outsideTables) UInt(config.outsideBeatWidth bits) else null

  /** Bits that a prefix has at most, and words of its key. */
  def prefixBits: UInt = ((keyBytes - 4) << 3).resize(NicConfig.PrefixWidth)
  def keyWords: UInt = ((keyBytes +^ 7) >> 3).resize(NicConfig.PrefixWordWidth)
}

/** The same, and what the writer knows in addition. */
case class TableDescriptor(config: NicConfig) extends Bundle {
  val lookup = LookupDescriptor(config)

  /** First word of values; CPUs that have some, and the words from those of one to those of the next. */
  val firstWord = UInt(config.mapWordWidth bits)
  val copies = UInt(config.copiesWidth bits)
  val distance = UInt(config.mapWordWidth bits)

  /** The most keys. */
  val limit = UInt(config.entryWidth + 1 bits)

  /** Whether values are changed in place; whether old entries are spare ones of their CPU. */
  val inPlace, spares = Bool()

  /** Whether the entry that was freed first is used first. */
  val oldestFirst = Bool()

  /** Whether values have a spin lock, which no update writes: where, in words of four bytes. */
  val hasLock = Bool()
  val lock = UInt(log2Up(2 * NicConfig.ValueWords) bits)
}

/** The control plane writes a descriptor. */
case class TableDescriptorWrite(config: NicConfig) extends Bundle {
  val map = UInt(config.tableMapWidth bits)
  val descriptor = TableDescriptor(config)
}
