package org.weft.hw.table

import org.weft.hw.config.NicConfig
import spinal.core._
import spinal.lib._

/** What a table is asked to do; the ordinal is the encoding. */
object Operation {
  val Lookup = 0
  val Update = 1
  val Delete = 2

  /** The next occupied entry, for the host. */
  val Next = 3
}

/** A request to a table without its key and value. See docs/microarchitecture.md, 4. */
case class TableCall(config: NicConfig) extends Bundle {

  /** Number of the map's descriptor, from 0. */
  val map = UInt(8 bits)

  /** One of [[Operation]]. */
  val operation = UInt(2 bits)

  /** Who waits: a context of the core; its lowest bit is the half. */
  val context = UInt(6 bits)

  /** Logical CPU: whose value, in per-CPU maps and for spare entries. */
  val cpu = UInt(8 bits)

  /** Of an update: 0 any, 1 only new, 2 only existing. */
  val flags = UInt(2 bits)

  /** Of the whole key, as section 5 says; 0 for tries. */
  val hash = Bits(64 bits)
}

/** The way from a core's queue, or the host, to a table engine or the writer. The asking side is the
  * master.
  *
  * While `valid`, `call` and the key's first beat are there; `takes` takes the request in that clock.
  * In the clocks that follow the other beats of the key come, one in each, without being asked for;
  * nothing else is valid until the last has come. Of an update the value's words stand behind the key:
  * the first is there in the clock after the key's last beat and stays until `nextWord`; in the clock
  * after that the next one is there.
  */
case class TableRequest(config: NicConfig) extends Bundle with IMasterSlave {
  val valid, takes = Bool()
  val call = TableCall(config)

  /** 16 bytes, the first lowest; behind the key's end zero. */
  val key = Bits(128 bits)

  /** A word of the value. */
  val word = Bits(64 bits)
  val nextWord = Bool()

  override def asMaster(): Unit = {
    out(valid, call, key, word)
    in(takes, nextWord)
  }
}

object TableRequest {

  /** Nobody takes anything. */
  def ignore(request: TableRequest): Unit = {
    request.takes := False
    request.nextWord := False
  }
}

/** All that a core has to do with tables. The core is the master. */
case class TableChannel(config: NicConfig) extends Bundle with IMasterSlave {
  val lookups, changes = TableRequest(config)
  val found, changed = Flow(TableAnswer(config))

  /** Lookups in tables behind the memory port. */
  val outside = if (config.outsideTables) TableRequest(config) else null
  val outsideFound = if (config.outsideTables) Flow(TableAnswer(config)) else null

  override def asMaster(): Unit = {
    master(lookups, changes)
    slave(found, changed)
    if (config.outsideTables) {
      master(outside)
      slave(outsideFound)
    }
  }

  /** A core asks for nothing. */
  def idle(): Unit = for (request <- Seq(lookups, changes) ++ Option(outside)) {
    request.valid := False
    request.call.assignDontCare()
    request.key.assignDontCare()
    request.word.assignDontCare()
  }
}

object TableChannel {

  /** There are no tables for a core. */
  def ignore(core: TableChannel): Unit = {
    for (request <- Seq(core.lookups, core.changes) ++ Option(core.outside)) TableRequest.ignore(request)
    for (answer <- Seq(core.found, core.changed) ++ Option(core.outsideFound)) answer.setIdle()
  }
}

/** What comes back: with the core in the clock after. A [[spinal.lib.Flow]] of it is never held up. */
case class TableAnswer(config: NicConfig) extends Bundle {
  val context = UInt(6 bits)

  /** Address of the value (map's handle, which is its number and 1, in the upper half, offset in the
    * lower one), a map's handle, interface, or negative error number; 0 for none.
    */
  val result = Bits(64 bits)
}
