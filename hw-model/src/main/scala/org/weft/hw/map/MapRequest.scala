package org.weft.hw.map

import org.weft.hw.config.NicConfig
import org.weft.hw.row.{LateKind, RegisterPlace}
import spinal.core._
import spinal.lib._

/** What is done with a word of map memory; the number is the encoding. All but loads change it. */
object MapOperation {
  val Load = 0
  val Store = 1
  val Add = 2
  val Or = 3
  val And = 4
  val Xor = 5

  /** A store where the word's bytes are those that it is compared with. */
  val Exchange = 6
  val Width = 3
}

/** Who asked and waits, and what becomes of the word that comes back. */
case class Waiter(config: NicConfig) extends Bundle {
  val half = UInt(1 bits)
  val context = UInt(config.contextWidth bits)
  val place = RegisterPlace(config)
  val kind = UInt(LateKind.Width bits)

  /** First byte in its word; bytes, less one. */
  val offset, size = UInt(3 bits)
  val signed, swapped = Bool()
}

/** A row's request for a map value, in the core's queue. */
case class MapRequest(config: NicConfig) extends Bundle {
  val word = UInt(config.mapWordWidth bits)

  /** The one behind it, where that may be another one than the next. */
  val nextWord = if (config.rings) UInt(config.mapWordWidth bits) else null
  val operation = UInt(MapOperation.Width bits)

  /** Whether the word, and the one behind it, are the map's. */
  val inside, nextInside = Bool()

  /** Whether somebody waits, and longer than for a load. */
  val answered, atomic = Bool()

  /** What is stored or combined, turned to its place in the word. */
  val data = Bits(64 bits)

  /** What the word is compared with, in its place. */
  val compare = if (config.compares) Bits(64 bits) else null
  val waiter = Waiter(config)
}

/** A word of map memory that the table writer writes, or reads for the host, before all cores. */
case class WordAccess(config: NicConfig) extends Bundle {
  val writes = Bool()
  val word = UInt(config.mapWordWidth bits)
  val data = Bits(64 bits)

  /** Whether zero is written instead. */
  val isZero = Bool()

  /** Halves of the word that stay as they are. */
  val keeps = Bits(2 bits)
}

/** Where a map's values are for one logical CPU of a core, as the control plane writes it. */
case class DescriptorWrite(config: NicConfig) extends Bundle {
  val core = UInt(log2Up(config.cores) max 1 bits)

  /** Which of the core's CPUs. */
  val cpu = UInt(config.coreCpuWidth bits)

  /** The map's handle: its number and 1. */
  val handle = UInt(NicConfig.HandleWidth bits)
  val place = MapPlace(config)
  val keys = MapKeys(config)
}

/** What calls know of a table. */
case class MapKeys(config: NicConfig) extends Bundle {

  /** Bytes of a key, and of a value; 0 for maps whose keys are numbers. */
  val keyBytes = UInt(log2Up(16 * NicConfig.KeyBeats + 1) bits)
  val valueBytes = UInt(log2Up(8 * NicConfig.ValueWords + 1) bits)

  /** What is added to words of keys. */
  val seed = UInt(64 bits)

  /** Whether keys lie behind the memory port. */
  val isOutside = if (config.outsideTables) Bool() else null
}

/** Where the values of a map for one CPU begin, and how many words they are; 0 for no map. */
case class MapPlace(config: NicConfig) extends Bundle {
  val base = UInt(config.mapWordWidth bits)
  val words = UInt(config.mapWordWidth + 1 bits)

  /** Whether they are devices. */
  val devices = Bool()

  /** Whether behind the last word comes the first one: words are a power of two then. */
  val wraps = if (config.rings) Bool() else null
}

/** The way from a core to map memory: the oldest request, a word at a time. The core is the master. */
case class MapChannel(config: NicConfig) extends Bundle with IMasterSlave {
  val valid, takes = Bool()
  val bank = UInt(config.bankWidth bits)
  val row = UInt(config.bankRowWidth bits)
  val operation = UInt(MapOperation.Width bits)

  /** The word's bytes that are changed. */
  val mask = Bits(8 bits)
  val data = Bits(64 bits)
  val compare = if (config.compares) Bits(64 bits) else null

  /** The bank whose word the core looks at in this clock: a load's, or an atomic's old one. */
  val from = UInt(config.bankWidth bits)
  val old = Bool()
  val word = Bits(64 bits)

  /** Asks for nothing. */
  def setIdle(): Unit = {
    valid := False
    (Seq(bank, row, operation, mask, data, from) ++ Option(compare)).foreach(_.assignDontCare())
    old.assignDontCare()
  }

  override def asMaster(): Unit = {
    out(valid, bank, row, operation, mask, data, from, old)
    if (config.compares) out(compare)
    in(takes, word)
  }
}
